/** Tests which error each field of a form shows. */
import { expect, it } from 'vitest'
import { endpointPatch } from '../../../../../src/contract/endpoint.ts'
import { errorsByField } from '../../../../../public/admin/state/drafts/errors-by-field.ts'
import { validationErrors } from '../../../../../public/admin/state/drafts/validation-errors.ts'

const NO_SPACES = 'takes no spaces and no control characters'

it('shows the first error of the entries of a list at the list, with the entry', () => {
  const values = { name: 'a/b', models: ['llama-3', 'qwen 3', 'a b'] }
  const errors = validationErrors(endpointPatch, values)
  expect(Object.keys(errors)).toEqual(['name', 'models.1', 'models.2'])
  expect(errorsByField(errors, values)).toEqual({ name: errors['name'], models: `qwen 3: ${NO_SPACES}` })
})

it('shortens a long entry', () => {
  const values = { models: ['x '.repeat(100)] }
  expect(errorsByField({ 'models.0': NO_SPACES }, values)).toEqual({
    models: `${'x '.repeat(20)}…: ${NO_SPACES}`,
  })
})

it('shows an error of the whole list, and one of an entry that is not known, as it is', () => {
  expect(errorsByField({ models: 'takes at most 1000 items' }, { models: [] })).toEqual({
    models: 'takes at most 1000 items',
  })
  expect(errorsByField({ 'models.7': NO_SPACES }, { models: ['a'] })).toEqual({ models: NO_SPACES })
  expect(errorsByField({ 'models.7': NO_SPACES }, {})).toEqual({ models: NO_SPACES })
})

it('keeps the first of several errors of one field', () => {
  const errors = validationErrors(endpointPatch, { health_check_path: 7, models: [''] })
  expect(Object.keys(errors)).toEqual(['models.0', 'health_check_path'])
})

it('names the entry of a map, which may have dots', () => {
  const values = { model_map: { 'llama-3.1': '' } }
  const errors = validationErrors(endpointPatch, values)
  expect(Object.keys(errors)).toEqual(['model_map.llama-3.1'])
  expect(errorsByField(errors, values)['model_map']).toMatch(/^llama-3\.1: /)
})
