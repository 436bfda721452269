"""Sessions of vidcore: `nox -s serve` to run it, `nox -s tests` to test it, `nox -l` for the rest."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import nox

nox.needs_version = ">=2025.11"
nox.options.sessions = ["lint", "types", "tests", "core"]
nox.options.error_on_missing_interpreters = True

CORE = "src/vidcore"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
TIMED = "tests/browser/test_first_load.py"  # tells a time, and so runs beside no other test
OLDEST = (3, 11)
NEWEST = (3, 14)
SEEDS = 200
MACHINES = (
    "tests/unit/machines",
    "tests/unit/use_cases/test_quota_machine.py",
    "tests/unit/use_cases/test_worker_machine.py",
    "tests/unit/test_video_lifecycle.py",
    "tests/integration/test_differential_machine.py",
)

MEASURED = (  # these write what they found
    *("requests", "streaming", "upload", "playable", "processing", "footprint", "fleet", "lists"),
)
BENCHMARKS = (*MEASURED, "account_cache", "login_timing", "eta", "copy_database")
BESIDE_SEED = ("requests", "streaming", "upload")
SEED_PLAN = "benchmarks/peers/seed_plan.txt"

RULES = (
    "checkup checkup_bounds mending turns following sessions quota invitations users uploads videos video_lifecycle categories config pages throttle text webhooks signatures addresses "
    "video_repairs cursors cursor_walks estimates paces diagnosis errors filenames public_names"
)
RULE_TESTS = [
    *(f"tests/unit/test_{rule}.py" for rule in RULES.split()),
    "tests/unit/media",
    "tests/unit/use_cases",
    "tests/unit/machines",
]

# Left out is what would only repeat: `|` stands in annotations alone, one wrong sign or order shows as
# much as any other, and `is` compares members of enumerations and None, for which `==` means the same.
MUTANTS = """
[cosmic-ray]
module-path = {modules}
timeout = 120.0
excluded-modules = []
test-command = "pytest -x -q -p no:cacheprovider {tests}"

[cosmic-ray.distributor]
name = "local"

[cosmic-ray.filters.operators-filter]
exclude-operators = [
  "core/ReplaceBinaryOperator_BitOr_.*",
  "core/ReplaceBinaryOperator_.*_(RShift|LShift|BitOr|BitAnd|BitXor|Pow|Mod)$",
  "core/ReplaceBinaryOperator_Mul_(Sub|Div|FloorDiv)$",
  "core/ReplaceBinaryOperator_(Add|Sub)_(Mul|Div|FloorDiv)$",
  "core/ReplaceComparisonOperator_.*_(Is|IsNot)$",
  "core/ReplaceComparisonOperator_(Is|IsNot)_(Eq|NotEq|Lt|LtE|Gt|GtE)$",
]
"""

# Only what attrs brings may come with the core: this finds everything else that an import drags in.
PROVE_PURE = """
import importlib, pkgutil, sys
from importlib.metadata import distributions
import attrs
before = set(sys.modules)
import vidcore
for module in pkgutil.walk_packages(vidcore.__path__, "vidcore."):
    if not module.name.startswith("vidcore.testing"):
        importlib.import_module(module.name)
foreign = {name.partition(".")[0] for name in set(sys.modules) - before}
foreign -= set(sys.stdlib_module_names) | {"vidcore", "attr", "attrs"}
assert not foreign, f"the core imports {sorted(foreign)}"
doers = {"socket", "subprocess", "asyncio", "sqlite3", "logging", "threading", "tempfile", "shutil"}
doers &= set(sys.modules) - before
assert not doers, f"the core imports {sorted(doers)}"
installed = {d.name.lower() for d in distributions()} - {"pip", "setuptools", "wheel"}
assert installed == {"attrs", "vidcore"}, f"installed are {sorted(installed)}"
print("the core is pure:", len(sys.modules), "modules,", sorted(installed))
"""


def _works(python: str) -> bool:
    if shutil.which(python) is None:
        return False
    return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


def _installed_pythons() -> list[str]:
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    known = [f"3.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1)]
    return [version for version in known if version == own or _works(f"python{version}")]


PYTHONS = _installed_pythons()


@nox.session
def serve(session: nox.Session) -> None:
    """Install everything that one machine needs, and serve."""
    session.install(".[server]")
    session.run("vidcore", "serve", *session.posargs)


def _install(session: nox.Session) -> None:
    session.install("-e", ".[dev]")
    session.env["PYTHONHASHSEED"] = "0"


def _say_what_is_left_out(session: nox.Session) -> None:
    found = any(shutil.which(name) for name in CHROMIUMS)
    first = "" if found else "install Chromium (on Debian: apt-get install chromium), then "
    session.log(
        f"Left out: the tests of the page in a browser. To have them: {first}nox -s browser"
    )


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run all tests, on SQLite and PostgreSQL, with coverage."""
    _install(session)
    _say_what_is_left_out(session)
    session.env["COVERAGE_FILE"] = str(Path(session.create_tmp(), ".coverage"))
    session.run("pytest", "-n2", "--cov", "--cov-report=", *session.posargs)
    session.run("coverage", "report", "--include=src/vidcore/*", "--fail-under=100")
    session.run("coverage", "report", "--fail-under=95")


@nox.session(python=PYTHONS)
def unit(session: nox.Session) -> None:
    """Run the unit tests alone."""
    _install(session)
    session.run("pytest", "tests/unit", "-n2", *session.posargs)


@nox.session(python=PYTHONS)
def integration(session: nox.Session) -> None:
    """Run the integration tests alone."""
    _install(session)
    session.run("pytest", "tests/integration", *session.posargs)


@nox.session(python=PYTHONS)
def core(session: nox.Session) -> None:
    """Install the domain alone, prove that nothing else comes with it, and use it as its pages say."""
    session.install(".")
    session.run("python", "-c", PROVE_PURE)
    for page in ("README.md", "docs/domain.md"):
        example = Path(page).read_text(encoding="utf-8").split("\n```python\n")[1]
        session.run("python", "-c", example.partition("\n```\n")[0])


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, format and the import contracts."""
    _install(session)
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports")


@nox.session
def types(session: nox.Session) -> None:
    """Check types, strictly."""
    _install(session)
    session.run("mypy")


@nox.session(python=PYTHONS[0])
def lowest(session: nox.Session) -> None:
    """Run all tests with the lowest versions that pyproject.toml allows."""
    session.install("uv")
    session.run("uv", "pip", "install", "--resolution=lowest-direct", "-e", ".[dev]")
    session.run("pytest", *session.posargs)


@nox.session
def machines(session: nox.Session) -> None:
    """Run the state machines with many seeds: 200, or those that are named (`-- 7 8 9`).

    Each seed gives other examples; it is printed by the session, so that a failure can be repeated.
    """
    _install(session)
    for seed in session.posargs or [str(number) for number in range(SEEDS)]:
        # In CI, hypothesis makes the same examples each time, whatever the seed.
        session.run("pytest", "-q", f"--hypothesis-seed={seed}", *MACHINES, env={"CI": None})


@nox.session
def fuzz(session: nox.Session) -> None:
    """Let Schemathesis fuzz a live service, as a member and as an admin; takes its own options."""
    _install(session)
    session.run("python", "-m", "tests.integration.fuzzing", *session.posargs)


@nox.session
def chaos(session: nox.Session) -> None:
    """Kill processes anywhere and see that nothing is lost: `-- kills`, `-- steps`, `-- outage`, …"""
    _install(session)
    session.run("python", "-m", "tests.chaos", *(session.posargs or ("kills",)))


@nox.session
def browser(session: nox.Session) -> None:
    """Use the page, and play every kind of video, in Chromium, which has to be on the PATH."""
    _install(session)
    if session.posargs:
        session.run("pytest", "tests/browser", *session.posargs)
        return
    session.run("pytest", "tests/browser", "-n2", f"--ignore={TIMED}")
    session.run("pytest", "-s", TIMED)
    session.run("python", "-m", "tests.browser")


@nox.session
def screenshots(session: nox.Session) -> None:
    """Take the pictures of all screens in docs/screenshots anew, with Chromium from the PATH."""
    _install(session)
    session.run("python", "-m", "tests.browser.screenshots", *session.posargs)


@nox.session
def deploy(session: nox.Session) -> None:
    """Run a service, two workers and PostgreSQL behind a real nginx, as deploy/ has them, and back up.

    nginx, rsync and curl have to be on the PATH.
    """
    _install(session)
    session.run("python", "-m", "tests.deploy", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Build the pages as a site, in `build/site`; a warning, as for a broken link, is an error."""
    session.install("-e", ".[docs]")
    shutil.rmtree("build/site", ignore_errors=True)
    session.run(
        *("sphinx-build", "--builder=html", "--nitpicky", "--fail-on-warning", "--keep-going"),
        *("--quiet", "docs", "build/site", *session.posargs),
    )


@nox.session
def bench(session: nox.Session) -> None:
    """Run all benchmarks side by side with what people would use instead, or those that are named."""
    _install(session)
    # The seed's stack wants another bcrypt than ours, and so a place of its own.
    peer, found = Path(session.create_tmp(), "seed"), Path(session.create_tmp(), "found").absolute()
    session.run("python", "-m", "venv", "--clear", str(peer))
    session.run(str(peer / "bin/pip"), "install", "--quiet", "-r", SEED_PLAN, external=True)
    found.mkdir(exist_ok=True)
    service = Path(session.create_tmp(), "service").absolute()
    session.run("python", "-m", "venv", "--clear", str(service))
    session.run(str(service / "bin/pip"), "install", "--quiet", ".[server]", external=True)
    session.env["VIDCORE_SERVICE_PYTHON"] = str(service / "bin/python")
    for name in session.posargs or BENCHMARKS:
        more = ["--json", str(found / f"{name}.json")] if name in MEASURED else []
        if name in BESIDE_SEED:
            more += ["--peer-python", str(peer.absolute() / "bin/python")]
        session.run("python", "-m", f"benchmarks.{name}", *more)
    session.run("python", "-m", "benchmarks.publish", str(found))


@nox.session
def mutants(session: nox.Session) -> None:
    """Break the domain in one place after another, and list what no unit test noticed.

    It takes about an hour; `-- src/vidcore/quota.py` breaks that file alone. All happens in a copy.
    """
    _install(session)
    session.install("cosmic-ray>=8.7")
    rules = [rule for part in (".", "media", "use_cases") for rule in Path(CORE, part).glob("*.py")]
    named = session.posargs or sorted(
        str(rule) for rule in rules if rule.stem not in {"__init__", "errors"}
    )
    copy = Path(session.create_tmp(), "mutants").absolute()
    shutil.rmtree(copy, ignore_errors=True)
    for tree in ("src", "tests"):
        shutil.copytree(tree, copy / tree, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy("pyproject.toml", copy)
    session.chdir(copy)
    Path("mutants.toml").write_text(
        MUTANTS.format(modules=json.dumps(named), tests=" ".join(RULE_TESTS)), encoding="utf-8"
    )
    session.env.update({"PYTHONPATH": str(copy / "src"), "CI": "1"})
    session.run("pytest", "-q", "-p", "no:cacheprovider", *RULE_TESTS)
    # Two mutants of one size and second would share their bytecode.
    session.env["PYTHONDONTWRITEBYTECODE"] = "1"
    session.run("cosmic-ray", "init", "mutants.toml", "mutants.sqlite")
    session.run("cr-filter-operators", "mutants.sqlite", "mutants.toml")
    session.run("cosmic-ray", "exec", "mutants.toml", "mutants.sqlite")
    session.run("cr-report", "--surviving-only", "--show-diff", "mutants.sqlite")
