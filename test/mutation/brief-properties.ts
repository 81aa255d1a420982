// A mutant is killed by the first counterexample: the search for a smaller one would take most of the time. What a property
// does not find in two seconds is left to the other tests.
import fc from 'fast-check'

fc.configureGlobal({ endOnFailure: true, interruptAfterTimeLimit: 2_000 })
