"""Several requests at the same moment, each with a connection of its own."""
import threading

from django.db import connection

PATIENCE = 60  # seconds; a deadlock is found by PostgreSQL after one


def race(*calls):
    """Run all calls at once; what each returned or raised, in their order."""
    gate, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(place, call):
        try:
            connection.ensure_connection()
            gate.wait(PATIENCE)
            results[place] = call()
        except Exception as error:  # the test looks at it
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads), "somebody hangs"
    return results


def won(results):
    return [result for result in results if not isinstance(result, Exception)]


def lost(results):
    return [type(result).__name__ for result in results if isinstance(result, Exception)]
