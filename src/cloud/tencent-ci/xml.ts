import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser';

const builder = new XMLBuilder({});
const parser = new XMLParser({ parseTagValue: false, trimValues: false, ignoreDeclaration: true });

/** A document of nested records; an array repeats its tag. */
export function xmlOf(document: object): string {
  return `<?xml version='1.0' encoding='utf-8' ?>\n${builder.build(document)}`;
}

/** What an XML document holds; an element with no children is its text. */
export type XmlNode = Readonly<Record<string, unknown>>;

/** The children of the root `name`; null for what is no such document. */
export function readXml(text: string | null, name: string): XmlNode | null {
  try {
    if (text === null || XMLValidator.validate(text) !== true) return null;
    const root = recordOf(parser.parse(text))[name];
    return root === undefined ? null : recordOf(root);
  } catch {
    // The parser refuses names that every object has.
    return null;
  }
}

/** The child elements of one name, whether there are none, one, or many. */
export function childrenOf(node: XmlNode, name: string): readonly XmlNode[] {
  const child = Object.hasOwn(node, name) ? node[name] : [];
  return (Array.isArray(child) ? child : [child]).map(recordOf);
}

/** The text of a child; empty for none. */
export function textIn(node: XmlNode, name: string): string {
  const child = Object.hasOwn(node, name) ? node[name] : '';
  return typeof child === 'string' ? child : '';
}

function recordOf(value: unknown): XmlNode {
  return typeof value === 'object' && value !== null ? (value as XmlNode) : {};
}
