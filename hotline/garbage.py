"""What a process has loaded stays as long as it runs: nobody waits while all of it is looked through for garbage, a tenth of a
second for each look, once in fifty answers and for a sixth of the time in which a long file is written."""
import gc


def spare_what_is_loaded():
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
