/** The errors of a configuration file, with their lines. */
import type { ApiProblem } from '../../api/problem.ts'
import styles from './file-errors.module.css'

interface FileErrorsProps {
  readonly problem: ApiProblem
  readonly yaml: string
}

export function FileErrors({ problem, yaml }: FileErrorsProps) {
  const lines = yaml.split('\n')
  return (
    <div role="alert" className={styles.errors}>
      <h4>
        {problem.status === 409
          ? 'This file does not go with what is configured'
          : 'This file cannot be read'}
      </h4>
      {problem.errors.length === 0 ? (
        <p>{problem.detail}</p>
      ) : (
        <ol className={styles.list}>
          {problem.errors.map(({ pointer, detail, line }, index) => (
            <li key={index}>
              <p>
                {line !== undefined && <strong>Line {line}</strong>} {pointer && <code>{pointer}</code>}{' '}
                {detail}
              </p>
              {line !== undefined && (
                <pre className={styles.quote}>
                  <span aria-hidden="true">{line}</span>
                  {lines[line - 1]}
                </pre>
              )}
            </li>
          ))}
        </ol>
      )}
    </div>
  )
}
