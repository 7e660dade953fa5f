"""Make a virtual environment: make_venv.py FOLDER REQUIREMENTS [SOURCE_ROOT ...].

Source roots are put on its path, as an editable install would. Standard library only.

It also runs on Pythons that are too old for the project, to report that; keep its syntax plain.
"""

import contextlib
import glob
import os
import shutil
import signal
import subprocess
import sys
import threading
import time

OLDEST = (3, 11)
NEWER_NAMES = ["python3.14", "python3.13", "python3.12", "python3.11"]


def main(folder, requirements, *source_roots):
    use_a_new_enough_python()
    reject_link(folder)
    before = ready_since(folder)
    with one_at_a_time(folder):
        if ready_since(folder) != before:
            say("Another process made %s meanwhile" % folder)
            return
        make(folder, requirements, source_roots)


def make(folder, requirements, source_roots):
    import venv

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    say("Making %s with Python %d.%d" % ((folder,) + sys.version_info[:2]))
    venv.EnvBuilder(clear=True, with_pip=True).create(folder)
    install(os.path.join(folder, "bin", "python"), requirements)
    put_on_path(folder, source_roots)
    open(os.path.join(folder, ".ready"), "w").close()


def ready_since(folder):
    """When the environment was finished; None if it is not."""
    try:
        return os.stat(os.path.join(folder, ".ready")).st_mtime
    except OSError:
        return None


@contextlib.contextmanager
def one_at_a_time(folder):
    """Wait while another process makes the same environment."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    with open(os.path.abspath(folder) + ".lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (IOError, OSError):
            say("Waiting for another process that makes %s" % folder)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def use_a_new_enough_python():
    """Continue with a newer Python from the PATH if this one is too old, or explain what to do."""
    if sys.version_info >= OLDEST:
        return
    for name in NEWER_NAMES:
        if shutil.which(name):
            os.execvp(name, [name] + sys.argv)
    sys.exit(
        "Python 3.11 or newer is needed, got %d.%d (%s). Install one, or name it: "
        "make PYTHON=/path/to/python3.12 ..." % (sys.version_info[:2] + (sys.executable,))
    )


def reject_link(folder):
    """Exit if the folder is a link: recreating it would empty another folder."""
    if os.path.islink(folder):
        sys.exit(
            "%s must be a folder, got a link to %s, which would be emptied. "
            "Remove the link and run the same command again." % (folder, os.path.realpath(folder))
        )


def install(python, requirements):
    """Install `requirements`; on failure show pip's output and what to check."""
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pip = subprocess.Popen(
        command + ["--require-hashes", "--requirement", requirements],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
    )
    ticker = threading.Thread(target=show_progress, args=(pip, requirements))
    ticker.start()
    try:
        output = pip.communicate()[0]
    except BaseException:
        pip.terminate()
        raise
    finally:
        pip.wait()
        ticker.join()
    if pip.returncode:
        errors = [line for line in output.splitlines() if line.startswith("ERROR")]
        sys.exit(
            "pip could not install %s:\n%s\nIt needs its package index: check the network (or "
            "pip's index setting) and run the same command again."
            % (requirements, "\n".join(errors) or output)
        )


def put_on_path(folder, source_roots):
    """Let the environment import from these folders."""
    for site_packages in glob.glob(os.path.join(folder, "lib", "python*", "site-packages")):
        with open(os.path.join(site_packages, "source_roots.pth"), "w") as lines:
            lines.writelines("%s\n" % os.path.abspath(root) for root in source_roots)


def show_progress(pip, requirements):
    started = time.time()
    while pip.poll() is None:
        if sys.stdout.isatty():
            waited = time.time() - started
            sys.stdout.write("\rInstalling %s ... %d s" % (requirements, waited))
            sys.stdout.flush()
        time.sleep(0.2)
    if pip.returncode == 0:
        say("\rInstalled %s in %d s" % (requirements, time.time() - started))


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
