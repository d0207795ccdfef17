"""What `./run` does before the product's own Python exists: a virtual environment with the
packages, and on to the program that was asked for. Standard library only.
"""

import fcntl
import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

from quickstart import browser
from quickstart.terminal import say, tolerate_any_encoding

PROJECT = Path(__file__).resolve().parent.parent
CONSTRAINTS = PROJECT / "requirements" / "constraints.txt"
BASE = PROJECT / "requirements.txt"
EMBEDDED = PROJECT / "requirements" / "embedded.txt"
DEV = PROJECT / "requirements" / "dev.txt"
AUDIT = PROJECT / "requirements" / "audit.txt"
TEST_PROCESSES = 2
PROGRESS_EVERY = 2.0  # seconds
NO_NETWORK = (  # how pip says that it reaches nobody
    "NewConnectionError",
    "Temporary failure in name resolution",
    "ConnectTimeoutError",
    "ReadTimeoutError",
    "Network is unreachable",
    "ProxyError",
)

COMMANDS = ("", "--empty", "backup", "restore", "test", "lint", "audit", "benchmark")
CANNOT = {"audit": 3}  # exit codes when packages cannot be had; else 1
FILES = {"backup": (0, 1), "restore": (1, 2)}  # how many files a command is given
HELP = """\
Kesu 客诉

  ./run                首次安装依赖，启动全部服务，载入演示数据
                       install once, start everything, with demo data
  ./run --empty        空白系统，由第一位管理员开始设置
                       start empty; the first administrator sets it up
  ./run backup [文件]  备份数据库与证据，写好即核对；密钥另存一份
                       a verified backup of database and evidence; the keys apart
  ./run restore 文件 [密钥]
                       恢复到空的 STATE_DIR，并核对每个哈希与每条审计链
                       restore into an empty STATE_DIR and verify every hash and chain
  ./run test [pytest]  运行测试，可接 pytest 的参数
                       run the tests on throw-away servers
  ./run lint           检查代码：格式、类型、依赖方向、迁移
                       style, types, direction of imports, migrations
  ./run audit          查依赖的已知漏洞与代码中的危险写法；3：查不到漏洞数据
                       known vulnerabilities and risky code; exit code 3: no data
  ./run benchmark [10k|100k|1m]
                       测速：与裸 Django 页面、与五十倍数据量相比；或该规模下的各项目标
                       speed, against a bare Django and fifty times the data; or the
                       goals of the working day at that number of cases
  ./run --help         本说明 / this text

设置用环境变量，例：PORT=9000 ./run；见 README.md。
Settings come from the environment, e.g. PORT=9000 ./run; see README.md.
"""


class CannotInstall(Exception):
    """Says to the person what is missing and what to do."""


def settings() -> ModuleType:
    """`config/env.py` by its path: its package cannot be imported before Celery is installed."""
    spec = importlib.util.spec_from_file_location("kesu_env", PROJECT / "config" / "env.py")
    if not spec or not spec.loader:
        raise CannotInstall("config/env.py is missing: this is not a whole copy of the project.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def main(arguments: list[str]) -> None:
    """Install what the command needs and become it. Exits 2 for an unknown command."""
    tolerate_any_encoding()
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if command == "help" or (command != "test" and {"-h", "--help"} & set(arguments)):
        print(HELP, end="")
        return
    _refuse_unknown(command, rest)
    env = settings()
    try:
        python = ready(environment_for(env, command), files_for(env, command))
    except CannotInstall as error:
        print(error, file=sys.stderr)
        sys.exit(CANNOT.get(command, 1))
    except KeyboardInterrupt:
        sys.exit("\n已中断；再次运行 ./run 会继续。 Interrupted; ./run goes on from here.")
    if command == "test":
        browser.install_if_possible(env.text("CHROMIUM"))
    if command in FILES:  # as the person's own folder names them
        rest = [str(Path(name).resolve()) for name in rest]
    os.chdir(PROJECT)
    os.execv(python, [str(python), *program(command, rest)])  # noqa: S606


def _refuse_unknown(command: str, rest: list[str]) -> None:
    """Exits 2 for what no command is given."""
    least, most = FILES.get(command, (0, int(command == "benchmark")))
    if command not in COMMANDS or (len(rest) > most and command != "test"):
        unknown = rest[most] if command in COMMANDS else command
        print(f"不认识的参数 / unknown argument: {unknown}\n\n{HELP}", end="", file=sys.stderr)
        sys.exit(2)
    if len(rest) < least:
        print(f"缺少文件名 / a file is missing: ./run {command}\n\n{HELP}", end="", file=sys.stderr)
        sys.exit(2)


def program(command: str, rest: list[str]) -> list[str]:
    """Arguments of the interpreter for a command. Scripts are never called: their first line breaks
    in a path with spaces.
    """
    if command == "test":
        # in the order of tests/conftest.py
        how = ["--dist", "loadscope", "--no-loadscope-reorder"]
        shared = ["-n", str(TEST_PROCESSES), *how]
        return ["-m", "pytest", *shared, *rest]
    if command in FILES:
        return ["-m", "quickstart.backup", command, *rest]
    if command == "lint":
        return ["-m", "quickstart.lint"]
    if command == "audit":
        return ["-m", "quickstart.auditing"]
    if command == "benchmark":
        return ["-m", "benchmarks", *rest]
    return ["-m", "quickstart", *([command] if command else [])]


def files_for(env: ModuleType, command: str) -> list[Path]:
    """The requirement files of a command."""
    if command == "audit":
        return [AUDIT]
    files = [BASE]
    own_servers = env.text("DATABASE_URL") and env.text("REDIS_URL")
    if command != "lint" and not own_servers:
        files.append(EMBEDDED)
    if command in ("test", "lint", "benchmark"):
        files.append(DEV)
    return files


def environment_for(env: ModuleType, command: str) -> Path:
    """The virtual environment of a command: who audits brings no package into the product's."""
    folder = (PROJECT / (env.text("VENV") or ".venv")).resolve()
    return folder.with_name(f"{folder.name}-audit") if command == "audit" else folder


def ready(folder: Path, files: list[Path]) -> Path:
    """The interpreter of an environment in which the files are installed; installs what is not.

    Raises CannotInstall. A second `./run` waits here until the first has finished.
    """
    python = folder / "bin" / "python"
    with BASE.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not missing(folder, files):
            return python
        began = time.monotonic()
        say(f"首次启动，安装依赖 / first start, installing packages: {folder}")
        make_environment(folder, python)
        wanted = missing(folder, files)
        install(python, [PROJECT / name for name in wanted], folder / "install.log")
        remember(folder, wanted)
        say(f"依赖安装完成 / packages installed ({time.monotonic() - began:.0f} s)")
    return python


def missing(folder: Path, files: list[Path]) -> dict[str, str]:
    """Requirement file → fingerprint, of those that are not installed as they are now.

    A fingerprint covers the file, the pinned versions of what it pulls in and the interpreter of
    the environment, so that an unchanged installation needs no network.
    """
    whole = (folder / "bin" / "python").exists()  # False also when the Python it links to is gone
    installed = _installed(folder) if whole else {}
    version = _version(folder)
    wanted = {}
    for file in files:
        content = file.read_bytes() + CONSTRAINTS.read_bytes() + version.encode()
        wanted[str(file.relative_to(PROJECT))] = hashlib.sha256(content).hexdigest()
    return {name: mark for name, mark in wanted.items() if installed.get(name) != mark}


def remember(folder: Path, marks: dict[str, str]) -> None:
    """Note what is installed, after the fact."""
    file = folder / "installed.json"
    temporary = file.with_suffix(".new")
    temporary.write_text(json.dumps({**_installed(folder), **marks}, indent=1), encoding="utf-8")
    temporary.replace(file)


def _installed(folder: Path) -> dict[str, str]:
    try:
        marks: dict[str, str] = json.loads((folder / "installed.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return marks


def _version(folder: Path) -> str:
    """Python of an existing environment as it wrote it down, "" when there is none."""
    try:
        lines = (folder / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    return next((line for line in lines if line.startswith("version")), "")


def make_environment(folder: Path, python: Path) -> None:
    """Make the virtual environment unless a whole one is there. Raises CannotInstall."""
    if python.exists() and _has_pip(python):
        return
    for module in ("ensurepip", "venv"):
        if importlib.util.find_spec(module) is None:
            name = "python{}.{}-venv".format(*sys.version_info[:2])
            raise CannotInstall(
                f"这个 Python 缺少 {module} 模块。Debian/Ubuntu：apt-get install {name}\n"
                f"This Python has no {module} module. On Debian and Ubuntu: apt-get install {name}"
            )
    foreign = folder.exists() and any(folder.iterdir()) and not (folder / "pyvenv.cfg").exists()
    if foreign:
        raise CannotInstall(f"{folder} is not a virtual environment; choose another VENV.")
    import venv

    try:
        venv.create(folder, with_pip=True, clear=True, symlinks=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise CannotInstall(
            f"无法建立虚拟环境 / no virtual environment in {folder}: {error}"
        ) from error


def _has_pip(python: Path) -> bool:
    """False for an environment whose making was interrupted."""
    check = subprocess.run([python, "-c", "import pip"], capture_output=True, check=False)
    return check.returncode == 0


def install(python: Path, files: list[Path], log: Path) -> None:
    """pip install, with a line of progress every two seconds. Raises CannotInstall."""
    command = [str(python), "-m", "pip", "install", "--no-input", "--disable-pip-version-check"]
    command += ["--progress-bar", "off"]
    for file in files:
        command += ["-r", str(file.relative_to(PROJECT))]
    with (
        log.open("w", encoding="utf-8") as kept,
        subprocess.Popen(
            command,
            cwd=PROJECT,  # relative names: pip splits none of a path with spaces
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        ) as pip,
    ):
        progress = Progress()
        for line in pip.stdout or ():
            kept.write(line)
            progress.show(line)
    if pip.returncode:
        raise CannotInstall(_why(log))


class Progress:
    """Turns pip's output into a line now and then."""

    def __init__(self) -> None:
        self.found = 0
        self.said = 0.0

    def show(self, line: str) -> None:
        """Take one line of pip's output."""
        if line.startswith("Installing collected packages"):
            say(f"  解包 / unpacking {line.count(',') + 1} packages …")
        elif line.startswith("Collecting "):
            self.found += 1
            if time.monotonic() - self.said >= PROGRESS_EVERY:
                self.said = time.monotonic()
                say(f"  下载 / fetching {self.found}: {line.split()[1]}")


def _why(log: Path) -> str:
    """The end of pip's output and what it means."""
    text = log.read_text(encoding="utf-8")
    tail = "\n".join("  " + line for line in text.splitlines()[-6:])
    if any(sign in text for sign in NO_NETWORK):
        what = (
            "连不上软件包仓库：请检查网络，或用 PIP_INDEX_URL 指定镜像，然后再运行 ./run。\n"
            "The package index cannot be reached: check the network, or name a mirror in "
            "PIP_INDEX_URL, and run ./run again."
        )
    else:
        what = "依赖没有装上，见下。 The packages could not be installed:"
    return f"{what}\n{tail}\n  ({log})"
