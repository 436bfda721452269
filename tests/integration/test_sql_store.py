import pytest

from adapters_db.store import SqlStore
from vidcore.ports.store import Store
from vidcore.testing.store_contract import StoreContract


class TestSqlStore(StoreContract):
    @pytest.fixture
    def store(self, sql_store: SqlStore) -> Store:
        return sql_store
