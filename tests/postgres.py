"""A real PostgreSQL for the tests: started from the distribution's binaries, stopped by its own id.

initdb refuses to run as root, so root changes to the user `postgres` in the child process.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

INSTALL = "PostgreSQL is missing. Install it with: apt-get install -y postgresql"


def binaries() -> Path:
    """Folder of `initdb` and `postgres`; a clear error with the command to run when there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    if which := shutil.which("initdb"):
        return Path(which).parent
    raise RuntimeError(INSTALL)


def free_port() -> int:
    """A TCP port on loopback that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _as_postgres() -> dict[str, object]:
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("postgres")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@contextmanager
def server() -> Iterator[str]:
    """Address `postgresql://…/` of a fresh server that ends with the block."""
    tools, port = binaries(), free_port()
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    child = _as_postgres()
    if child:
        os.chown(folder, child["user"], child["group"])  # type: ignore[arg-type]
    data = folder / "data"
    subprocess.run(
        [tools / "initdb", "-D", data, "-U", "processor", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"],
        check=True,
        capture_output=True,
        cwd=folder,
        **child,  # type: ignore[call-overload]
    )
    process = subprocess.Popen(
        [
            tools / "postgres",
            "-D",
            data,
            "-p",
            str(port),
            "-k",
            folder,
            "-h",
            "127.0.0.1",
            "-F",
            "-c",
            "max_connections=60",
            "-c",
            "autovacuum=off",  # or statistics come from it at times, not from what is tested
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        **child,  # type: ignore[call-overload]
    )
    try:
        _wait(tools, port)
        yield f"postgresql://processor@127.0.0.1:{port}/"
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(tools: Path, port: int) -> None:
    for _ in range(100):
        ready = subprocess.run([tools / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port), "-t", "1"])
        if ready.returncode == 0:
            return
    raise RuntimeError("PostgreSQL did not answer within its time")
