import { defineConfig } from 'eslint/config'
import reactHooks from 'eslint-plugin-react-hooks'
import regexp from 'eslint-plugin-regexp'
import tseslint from 'typescript-eslint'
import { typeErrors } from './type-errors.js'

export default defineConfig(
  {
    ignores: ['dist/', 'node_modules/', 'coverage/', 'data/'],
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['tsconfig.json', 'public/tsconfig.json'],
        tsconfigRootDir: new URL('../..', import.meta.url).pathname,
      },
    },
    plugins: { compiler: typeErrors },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      // Instead of a second run of the compiler, which would parse and check all again: `npm run types` is for editing.
      'compiler/type-errors': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      // A factory counts the closures it returns, hence more than the 60 lines a plain function may have.
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
      // Objects here are records of closures; none reads `this`.
      '@typescript-eslint/unbound-method': 'off',
      'no-console': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
        { selector: 'ClassDeclaration', message: 'A closure does; no classes.' },
      ],
    },
  },
  {
    // The text may come from anyone: each expression takes time in proportion to its length.
    files: ['src/**', 'public/**'],
    plugins: { regexp },
    rules: {
      'regexp/no-super-linear-backtracking': ['error', { report: 'potential' }],
      'regexp/no-super-linear-move': ['error', { report: 'potential' }],
    },
  },
  {
    files: ['public/**'],
    extends: [reactHooks.configs.flat['recommended-latest']],
    rules: {
      'no-restricted-globals': [
        'error',
        {
          name: 'localStorage',
          message: 'public/ui/browser/stored-setting.ts keeps settings; nothing secret.',
        },
        {
          name: 'sessionStorage',
          message: 'public/ui/browser/stored-setting.ts keeps settings; nothing secret.',
        },
      ],
      'no-restricted-properties': [
        'error',
        {
          object: 'crypto',
          property: 'randomUUID',
          message: 'Missing on pages that came by plain http from another host; see ui/browser/random-id.ts.',
        },
      ],
      // React's event props take async functions.
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
    },
  },
  {
    files: ['src/core/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'The core takes its clock as an argument.' },
        { object: 'Math', property: 'random', message: 'The core takes its randomness as an argument.' },
        { object: 'performance', property: 'now', message: 'The core takes its clock as an argument.' },
      ],
    },
  },
  {
    files: ['test/**'],
    rules: {
      'max-lines': 'off',
      'max-lines-per-function': 'off',
      'no-console': 'off',
    },
  },
  {
    files: ['**/*.config.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
)
