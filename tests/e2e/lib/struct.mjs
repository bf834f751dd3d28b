// google.protobuf.Struct, Timestamp and Duration as plain values.

function toValue(value) {
  if (value === null) return { null_value: 0 };
  if (typeof value === 'string') return { string_value: value };
  if (typeof value === 'number') return { number_value: value };
  if (typeof value === 'boolean') return { bool_value: value };
  if (Array.isArray(value)) return { list_value: { values: value.map(toValue) } };
  return { struct_value: toStruct(value) };
}

export function toStruct(object) {
  return {
    fields: Object.fromEntries(Object.entries(object).map(([key, value]) => [key, toValue(value)])),
  };
}

function fromValue(value) {
  if ('string_value' in value) return value.string_value;
  if ('number_value' in value) return value.number_value;
  if ('bool_value' in value) return value.bool_value;
  if ('list_value' in value) return (value.list_value.values ?? []).map(fromValue);
  if ('struct_value' in value) return fromStruct(value.struct_value);
  if ('null_value' in value) return null;
  throw new Error('a google.protobuf.Value without a kind');
}

export function fromStruct(struct) {
  return Object.fromEntries(
    Object.entries(struct.fields ?? {}).map(([key, value]) => [key, fromValue(value)]),
  );
}

export const millisOf = (timestamp) =>
  Number(timestamp.seconds) * 1000 + Math.floor((timestamp.nanos ?? 0) / 1e6);

export const duration = (seconds) => ({
  seconds: Math.floor(seconds),
  nanos: Math.round((seconds % 1) * 1e9),
});
