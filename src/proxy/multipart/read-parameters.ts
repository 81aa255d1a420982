// Reads the parameters of a header field's value, such as `form-data; name="model"`.

const parameter = /\s*;\s*([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s";]*))/y

/**
 * @param value - what follows the field's name.
 * @returns the parameters by their names in lower case; undefined where the value is not well-formed or names one twice.
 */
export function readParameters(value: string): ReadonlyMap<string, string> | undefined {
  const parameters = new Map<string, string>()
  const text = value.trimEnd()
  const type = text.indexOf(';')
  let at = type === -1 ? text.length : type
  while (at < text.length) {
    parameter.lastIndex = at
    const found = parameter.exec(text)
    if (found === null) return undefined
    const [whole, name = '', quoted, token = ''] = found
    if (parameters.has(name.toLowerCase())) return undefined
    parameters.set(name.toLowerCase(), quoted === undefined ? token : quoted.replaceAll(/\\(.)/g, '$1'))
    at += whole.length
  }
  return parameters
}
