// Reports the errors of the compiler as those of a rule: the linter has parsed all files and knows most of their types.
import ts from 'typescript'

const rule = {
  meta: { type: 'problem', schema: [] },
  create({ sourceCode, report }) {
    const { program, esTreeNodeToTSNodeMap } = sourceCode.parserServices
    const isFault = ({ category, reportsUnnecessary }) =>
      category === ts.DiagnosticCategory.Error && reportsUnnecessary === undefined
    return {
      Program(node) {
        const file = esTreeNodeToTSNodeMap.get(node)
        const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]
        for (const { start, code, messageText } of found.filter(isFault)) {
          const message = `TS${code}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
          report({ loc: sourceCode.getLocFromIndex(start ?? 0), message })
        }
      },
    }
  },
}

export const typeErrors = { rules: { 'type-errors': rule } }
