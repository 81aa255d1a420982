// A doubly linked list whose entries are its nodes: adding and removing one takes constant time and allocates nothing.

export interface ListNode<Node> {
  previous: Node | undefined
  next: Node | undefined
}

export interface LinkedList<Node> {
  first: Node | undefined
  last: Node | undefined
}

/** Adds a node that is in no list at the end. */
export function append<Node extends ListNode<Node>>(list: LinkedList<Node>, node: Node): void {
  node.previous = list.last
  if (list.last) list.last.next = node
  else list.first = node
  list.last = node
}

/** Does nothing where the node is in no list any more. @param list - the only one that the node may be in. */
export function unlink<Node extends ListNode<Node>>(list: LinkedList<Node>, node: Node): void {
  const { previous, next } = node
  if (previous) previous.next = next
  else if (list.first === node) list.first = next
  if (next) next.previous = previous
  else if (list.last === node) list.last = previous
  node.previous = undefined
  node.next = undefined
}

/** @returns the nodes in order; a new list each time. */
export function nodesOf<Node extends ListNode<Node>>({ first }: LinkedList<Node>): Node[] {
  const nodes: Node[] = []
  for (let node = first; node; node = node.next) nodes.push(node)
  return nodes
}
