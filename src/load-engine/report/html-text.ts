/** A tagged template for HTML that escapes its values unless they are `Html` already. */

export interface Html {
  readonly html: string
}

export type HtmlValue = string | number | Html | readonly Html[]

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character] ?? '')

function render(value: HtmlValue): string {
  if (typeof value === 'string' || typeof value === 'number') return escape(String(value))
  if ('html' in value) return value.html
  return value.map(({ html }) => html).join('')
}

/** Values are safe between tags and inside quoted attributes only. */
export const html = (parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html => ({
  html: parts
    .map((part, index) => part + (index < values.length ? render(values[index] ?? '') : ''))
    .join(''),
})
