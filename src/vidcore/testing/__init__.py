"""What other tools need to test against vidcore: fakes that behave, contract suites, strategies.

- `memory_store`, `memory_storage`, `clock`, `identity`, `passwords`, `tokens`, `transcoding` and
  `queue` have an adapter for each port that lives in memory.
- `*_contract` have a suite for each port. Subclass it, give the one fixture that it names, and pytest
  proves your adapter. The suites want `asyncio_mode = auto` of pytest-asyncio, and show values in
  failed assertions after `pytest.register_assert_rewrite("vidcore.testing")` in a conftest.
- `examples` makes single entities, `strategies` and `media_strategies` make any (hypothesis).

The suites need the extra `vidcore[testing]`; the adapters need nothing.
"""
