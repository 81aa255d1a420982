/**
 * Gives the page a language that is a tag. A browser under the locale `C` says `en-US@posix`, which Intl refuses: uPlot,
 * which asks for it when it is loaded, would fail with all that is loaded beside it. To be imported before uPlot.
 */
const isTag = (language: string): boolean => {
  try {
    return Intl.getCanonicalLocales(language).length > 0
  } catch {
    return false
  }
}

if (!isTag(navigator.language))
  Object.defineProperty(navigator, 'language', { value: 'en', configurable: true })
