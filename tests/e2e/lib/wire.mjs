// Just enough of the protobuf wire format to read options out of a descriptor:
// descriptor libraries drop the options they have no declaration for.
// https://protobuf.dev/programming-guides/encoding/

function varint(bytes, position) {
  let value = 0n;
  for (let shift = 0n; ; shift += 7n) {
    const byte = bytes[position++];
    if (byte === undefined) throw new Error('truncated varint');
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return [value, position];
  }
}

// [{number, value}]: value is a Buffer for length-delimited fields, else a
// Number.
function fields(bytes) {
  const found = [];
  let position = 0;
  while (position < bytes.length) {
    let tag;
    [tag, position] = varint(bytes, position);
    const number = Number(tag >> 3n);
    const type = Number(tag & 7n);
    if (type === 0) {
      let value;
      [value, position] = varint(bytes, position);
      found.push({ number, value: Number(value) });
    } else if (type === 2) {
      let length;
      [length, position] = varint(bytes, position);
      const end = position + Number(length);
      found.push({ number, value: Buffer.from(bytes.subarray(position, end)) });
      position = end;
    } else if (type === 1 || type === 5) {
      position += type === 1 ? 8 : 4;
    } else {
      throw new Error(`unknown wire type ${type}`);
    }
  }
  return found;
}

const all = (bytes, number) =>
  fields(bytes)
    .filter((f) => f.number === number)
    .map((f) => f.value);
const text = (bytes, number) => all(bytes, number)[0]?.toString('utf8') ?? '';

// The values of a top-level enum in a serialized FileDescriptorProto, each with
// the bytes of one of its options (undefined where it has none); null when the
// file has no such enum. Numbers are those of google/protobuf/descriptor.proto.
export function enumOptions(fileDescriptor, enumName, optionNumber) {
  const descriptor = all(fileDescriptor, 5).find((e) => text(e, 1) === enumName);
  if (!descriptor) return null;
  return all(descriptor, 2).map((value) => {
    const options = all(value, 3)[0];
    return {
      name: text(value, 1),
      number: all(value, 2)[0] ?? 0,
      option: options && all(options, optionNumber)[0],
    };
  });
}
