"""Runs several programs in turns: which one sends its next request is decided from outside."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from tests.model_tests.faults import Died

Program = Callable[[], None]


class Turns:
    """Threads of which exactly one runs at any time; they take turns before each request."""

    def __init__(self) -> None:
        self._mine = threading.local()
        self._back = threading.Semaphore(0)
        self._over = False

    def pause(self) -> None:
        """Let another program continue. Called by a program before each of its requests."""
        go = getattr(self._mine, "go", None)
        if go is None:
            return
        self._back.release()
        go.acquire()
        if self._over:
            raise Died

    def run(self, programs: Sequence[Program], choose: Callable[[int], int]) -> None:
        """Run all to their end; `choose` picks one of those that are still running, by its index.

        Raises what a program raised; the others are ended.
        """
        errors: list[BaseException] = []
        going = [threading.Semaphore(0) for _ in programs]
        ended = [False] * len(programs)

        def body(place: int) -> None:
            self._mine.go = going[place]
            going[place].acquire()
            try:
                if not self._over:
                    programs[place]()
            except Died:
                pass
            except BaseException as error:
                errors.append(error)
            ended[place] = True
            self._back.release()

        threads = [threading.Thread(target=body, args=(n,), daemon=True) for n in range(len(going))]
        for thread in threads:
            thread.start()
        while left := [place for place, is_over in enumerate(ended) if not is_over]:
            self._over = self._over or bool(errors)
            going[left[0] if self._over else left[choose(len(left))]].release()
            self._back.acquire()
        for thread in threads:
            thread.join()
        self._over = False
        if errors:
            raise errors[0]
