# Names for those who type make; the work is in ./run, which needs only Python 3.11 or newer.
.PHONY: run test lint benchmark

run:
	@./run

test:
	@./run test

lint:
	@./run lint

benchmark:
	@./run benchmark
