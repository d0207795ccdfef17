# Names for those who type make; the work is in ./run, which needs only Python 3.11 or newer.
# make backup FILE=kesu.tar; make restore FILE=kesu.tar
.PHONY: run backup restore test lint audit benchmark fuzz junk lives

run:
	@./run

backup:
	@./run backup $(if $(FILE),"$(FILE)")

restore:
	@./run restore $(if $(FILE),"$(FILE)") $(if $(KEYS),"$(KEYS)")

test:
	@./run test

lint:
	@./run lint

# known vulnerabilities, risky code; exit code 3: no source of vulnerabilities answers
audit:
	@./run audit

# make benchmark SIZE=10k, 100k or 1m: the goals of the working day at that size
benchmark:
	@./run benchmark $(SIZE)

# the whole API for ten minutes; FUZZ_SECONDS=60, FUZZ_SEED=… to go again where a run began
fuzz:
	@./run test -n 0 tests/fuzz/whole.py -q -s

# every value that breaks programs in every field of every call
junk:
	@WHOLE_JUNK=1 ./run test -n 0 tests/api/test_junk.py -q

# eight times as many lives of cases as the tests live, or LIVES=… times
lives:
	@LIVES=$(or $(LIVES),32) ./run test -n 2 tests/complaints/test_random_lives.py tests/analytics/test_rollup.py -q
