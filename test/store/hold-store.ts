// Runs as a separate process: opens the store at the given path, or prints the error, and holds it until killed.
import { openStore } from '../../src/store/open-store.ts'
import { isStoreError } from '../../src/store/store-error.ts'

const [path = '', endpointName = ''] = process.argv.slice(2)
try {
  const store = await openStore({ path })
  await store.transaction((tx) =>
    tx.endpoints.insert({
      name: endpointName,
      baseUrl: 'http://127.0.0.1:9',
      apiKey: '',
      authStyle: 'bearer',
      timeoutS: 120,
      verifyTls: true,
      enabled: true,
      quotaPercent: 0,
      priorityOrder: 10,
      maxConcurrent: 0,
      requestStreamUsage: true,
      retryOnTimeout: false,
      models: [],
      modelMap: {},
      apis: [],
      healthCheckPath: null,
      healthCheckIntervalS: 10,
      healthCheckTimeoutS: 3,
      firstByteTimeoutS: null,
      loadSource: 'auto',
      group: '',
      posX: 0,
      posY: 0,
    }),
  )
  process.stdout.write('holding\n')
  // The reference keeps the store, and so its lock, from being garbage collected.
  process.stdin.resume().on('end', () => void store.close())
} catch (error) {
  process.stdout.write(isStoreError(error) ? `refused: ${error.message}\n` : `failed: ${String(error)}\n`)
}
