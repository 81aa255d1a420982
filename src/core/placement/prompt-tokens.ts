// Estimates the tokens of a prompt from the length of its body, by what responses of the same model have reported.

export interface PromptTokens {
  /** @param bytes - length of the request's body. @returns at least 1. */
  estimate(model: string | undefined, bytes: number): number
  learn(model: string | undefined, bytes: number, tokens: number): void
}

const FIRST_RATIO = 0.25
const SMOOTHING = 0.05
/** Names come from clients. */
const MAX_MODELS = 1_000

interface Ratio {
  tokensPerByte: number
  samples: number
}

export function createPromptTokens(): PromptTokens {
  const byModel = new Map<string, Ratio>()
  /** Of all models; it serves for those that are not known. */
  const overall: Ratio = { tokensPerByte: FIRST_RATIO, samples: 0 }

  const learnRatio = (ratio: Ratio, tokensPerByte: number): void => {
    ratio.samples += 1
    ratio.tokensPerByte += (tokensPerByte - ratio.tokensPerByte) * Math.max(SMOOTHING, 1 / ratio.samples)
  }
  return {
    estimate(model, bytes) {
      const { tokensPerByte } = byModel.get(model ?? '') ?? overall
      return Math.max(1, bytes * tokensPerByte)
    },
    learn(model, bytes, tokens) {
      if (bytes <= 0) return
      learnRatio(overall, tokens / bytes)
      let ratio = byModel.get(model ?? '')
      if (ratio === undefined) {
        if (byModel.size >= MAX_MODELS) return
        ratio = { tokensPerByte: 0, samples: 0 }
        byModel.set(model ?? '', ratio)
      }
      learnRatio(ratio, tokens / bytes)
    },
  }
}
