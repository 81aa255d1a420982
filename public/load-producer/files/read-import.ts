/** Reads an imported file: a profile, a model configuration or a run, distinguished by its `format` field. */
import * as z from 'zod/mini'
import type { Fault } from '../../../src/load-engine/model/field-schemas.ts'
import {
  cardFileSchema,
  parseFile,
  profileSchema,
  type CardFile,
  type Profile,
} from '../../../src/load-engine/model/profile.ts'
import { savedRunSchema, type SavedRun } from '../../../src/load-engine/model/saved-run.ts'

export type ImportResult =
  | { readonly kind: 'profile'; readonly profile: Profile }
  | { readonly kind: 'configuration'; readonly file: CardFile }
  | { readonly kind: 'run'; readonly run: SavedRun }
  | { readonly kind: 'refused'; readonly faults: readonly Fault[] }

const formats = ['load-producer-profile', 'load-producer-card', 'load-producer-run'] as const
const anyFormat = z.looseObject({
  format: z.enum(formats, {
    error: 'takes a profile, model configuration or run exported by the Load Producer',
  }),
})

export function readImport(content: string): ImportResult {
  const withFormat = parseFile(anyFormat, content)
  if (!withFormat.ok) return { kind: 'refused', faults: withFormat.faults }
  switch (withFormat.value.format) {
    case 'load-producer-profile': {
      const checked = parseFile(profileSchema, content)
      return checked.ok
        ? { kind: 'profile', profile: checked.value }
        : { kind: 'refused', faults: checked.faults }
    }
    case 'load-producer-card': {
      const checked = parseFile(cardFileSchema, content)
      return checked.ok
        ? { kind: 'configuration', file: checked.value }
        : { kind: 'refused', faults: checked.faults }
    }
    case 'load-producer-run': {
      const checked = parseFile(savedRunSchema, content)
      return checked.ok ? { kind: 'run', run: checked.value } : { kind: 'refused', faults: checked.faults }
    }
  }
}
