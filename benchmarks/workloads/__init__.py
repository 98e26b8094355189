"""The programs that are measured; `benchmarks.workload` says what each module defines."""
