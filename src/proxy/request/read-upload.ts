// Reads a multipart body as far as it has to be known before it is passed on: the model, and small bodies as a whole.
import type { HttpRequest } from '../../http/server/http-messages.ts'
import { gatewayError, isGatewayError, type GatewayError } from '../../core/gateway-error.ts'
import type { ByteReservation } from '../../core/limits/byte-budget.ts'
import { discardBody } from '../../http/discard-body.ts'
import { createDeadlines, type Deadline, type Deadlines } from '../../http/deadlines.ts'
import { createFieldScan, type FieldScan } from '../multipart/field-scan.ts'
import { readParameters } from '../multipart/read-parameters.ts'
import { createBodyBuffer } from './body-buffer.ts'
import { noBody, type PreparedBody } from './prepare-body.ts'
import { bodyStalled, noBodyMemory, bodyTooLarge, encodedBody } from './read-body.ts'
import { createUpload } from './upload.ts'

interface UploadLimits {
  /** A larger body is LB_ERR_BODY_TOO_LARGE, also once its first bytes have been passed on. */
  readonly maxBytes: number
  /** Most bytes that are kept in memory until the model is found. */
  readonly maxHeldBytes: number
  /** A client that sends no byte for this long gets LB_ERR_REQUEST_TIMEOUT. */
  readonly stallMs: number
}

/** Exactly one of the two is called, once. */
interface UploadListener {
  /** A whole body has `bytes` only; of another, `bytes` are the first, and the rest is in `upload`. */
  onBody(prepared: PreparedBody): void
  onError(error: GatewayError): void
}

/**
 * @param memory - takes what is kept; the caller releases it.
 * @param needsModel - whether it depends on the model where the body goes.
 */
type ReadUpload = (
  request: HttpRequest,
  memory: ByteReservation,
  needsModel: boolean,
  listener: UploadListener,
) => void

/** Bytes; a body of at most as many is read as a whole, so that it can be sent to another endpoint after a failure. */
const WHOLE_BYTES = 1_048_576
const MODEL = 'model'

const boundaryPattern = /^[\w'()+,./:=? -]{0,69}[\w'()+,./:=?-]$/

/** @throws gatewayError LB_ERR_BAD_REQUEST where the content type is not that of a form. */
function readBoundary(rawHeaders: readonly string[]): string {
  const at = rawHeaders.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'content-type')
  const type = at === -1 ? '' : (rawHeaders[at + 1] ?? '')
  const boundary = /^multipart\/form-data *;/i.test(type) ? readParameters(type)?.get('boundary') : undefined
  if (boundary !== undefined && boundaryPattern.test(boundary)) return boundary
  throw gatewayError('LB_ERR_BAD_REQUEST', 'send multipart/form-data, with its boundary in the content type')
}

const modelTooLate = (maxHeldBytes: number): GatewayError =>
  gatewayError(
    'LB_ERR_BAD_REQUEST',
    `the field model must be in the first ${maxHeldBytes} bytes of the body`,
    {
      param: MODEL,
    },
  )

const incomplete = (): GatewayError =>
  gatewayError('LB_ERR_INVALID_BODY', 'The body is not a complete multipart form.')

interface FormOptions extends UploadLimits {
  readonly scan: FieldScan
  readonly length: number | undefined
  readonly memory: ByteReservation
  readonly needsModel: boolean
  readonly stalls: Deadlines<() => void>
}

/** Holds the body until it is known where it goes. */
function createHeldForm(request: HttpRequest, options: FormOptions, listener: UploadListener): void {
  const { scan, length, memory, needsModel, stalls, maxBytes, maxHeldBytes, stallMs } = options
  const body = createBodyBuffer(Infinity)
  let received = 0
  let stall: Deadline<() => void> | undefined

  const endStall = (): void => {
    if (stall) stalls.remove(stall)
  }
  const detach = (): void => {
    endStall()
    request.off('data', onData).off('end', onEnd).off('close', onClose)
  }
  const stalled = (): GatewayError => bodyStalled(stallMs)
  const fail = (error: GatewayError): void => {
    detach()
    listener.onError(error)
  }
  const expectMore = (): void => {
    endStall()
    stall = stalls.add(() => fail(stalled()))
  }
  /** @throws gatewayError where the body must not go on. */
  const check = (chunk: Buffer): void => {
    received += chunk.length
    if (received > maxBytes) throw bodyTooLarge(maxBytes)
    scan.push(chunk)
  }
  const prepared = (): PreparedBody => ({
    ...noBody,
    bytes: body.take(),
    isForm: true,
    model: scan.value(),
    edits: { ...noBody.edits, model: scan.range() },
  })
  const passOn = (): void => {
    detach()
    request.pause()
    const first = prepared()
    const upload = createUpload({ request, length, check, stalls, stalled })
    listener.onBody({ ...first, upload })
  }
  const hold = (chunk: Buffer): void => {
    check(chunk)
    if (!memory.take(chunk.length)) throw noBodyMemory()
    body.append(chunk)
    const isKnown = scan.value() !== undefined || !needsModel
    // Of a form that is complete only the end of its request is missing.
    const mayBeHeld = body.length() <= (scan.isComplete() || !isKnown ? maxHeldBytes : WHOLE_BYTES)
    if (mayBeHeld) expectMore()
    else if (isKnown) passOn()
    else throw modelTooLate(maxHeldBytes)
  }
  const onData = (chunk: Buffer): void => {
    try {
      hold(chunk)
    } catch (error) {
      if (!isGatewayError(error)) throw error
      detach()
      memory.release()
      discardBody(request, () => listener.onError(error))
    }
  }
  const onEnd = (): void => {
    detach()
    if (scan.isComplete()) listener.onBody(prepared())
    else listener.onError(incomplete())
  }
  const onClose = (): void => fail(gatewayError('LB_ERR_BAD_REQUEST', 'the body broke off'))

  expectMore()
  request.on('data', onData).on('end', onEnd).on('close', onClose)
}

export function createUploadReader(limits: UploadLimits): ReadUpload {
  const stalls = createDeadlines<() => void>(limits.stallMs, (stall) => stall())
  return (request, memory, needsModel, listener) => {
    const { 'content-encoding': encoding, 'content-length': declared } = request.headers
    const length = declared === undefined ? undefined : Number(declared)
    const refuse = (error: GatewayError): void => discardBody(request, () => listener.onError(error))
    if (encoding !== undefined && encoding.toLowerCase() !== 'identity') return refuse(encodedBody())
    if (length !== undefined && length > limits.maxBytes) return refuse(bodyTooLarge(limits.maxBytes))
    try {
      const scan = createFieldScan(readBoundary(request.rawHeaders), MODEL)
      createHeldForm(request, { ...limits, scan, length, memory, needsModel, stalls }, listener)
    } catch (error) {
      if (!isGatewayError(error)) throw error
      refuse(error)
    }
  }
}
