/** Operations on the running balancer; they cannot be undone. */

export interface Operation {
  readonly path: string
  readonly label: string
  readonly hint: string
  readonly question: string
  readonly affected: readonly string[]
  readonly done: string
  readonly danger: boolean
}

export const operations: readonly Operation[] = [
  {
    path: '/reset-stats',
    label: 'Reset statistics',
    hint: 'Counters, shares and cooldowns start from nothing.',
    question: 'Reset all statistics?',
    affected: [
      'Requests and tokens of every endpoint and client token become 0.',
      'Cooling endpoints take requests again at once.',
      'The response cache is emptied.',
    ],
    done: 'Statistics are reset',
    danger: true,
  },
  {
    path: '/cache/clear',
    label: 'Clear the cache',
    hint: 'Answers kept for tokens over their cap are dropped.',
    question: 'Clear the response cache?',
    affected: ['Tokens over their traffic cap are refused until answers are cached anew.'],
    done: 'The cache is empty',
    danger: false,
  },
  {
    path: '/db/vacuum',
    label: 'Vacuum the database',
    hint: 'Gives unused space in the file back.',
    question: 'Vacuum the database?',
    affected: ['Changes wait while it runs; traffic goes on.'],
    done: 'The database is vacuumed',
    danger: false,
  },
]
