// A mutant is killed by the first counterexample: the search for a smaller one would take most of the time.
import fc from 'fast-check'

fc.configureGlobal({ endOnFailure: true })
