// The operator: a gRPC client that knows nothing of edgeplane but what server
// reflection tells it.
import grpc from '@grpc/grpc-js';
import reflectionClient from 'grpc-js-reflection-client';
import { DEADLINE_MS, within } from './wait.mjs';
import { enumOptions } from './wire.mjs';

const SERVICE = 'edgeplane.v1.AdminService';
const READABLE = { longs: String, enums: String, defaults: true, arrays: true, objects: true };

export class Operator {
  #client;
  #reflection;
  #root;
  #methods = new Map();
  #token;

  static async connect(address, token) {
    const operator = new Operator();
    operator.#token = token;
    operator.#client = new grpc.Client(address, grpc.credentials.createInsecure());
    operator.#reflection = new reflectionClient.GrpcReflection(
      address,
      grpc.ChannelCredentials.createInsecure(),
      {},
      'v1alpha',
    );
    const descriptor = await within(
      'reflection of the service',
      operator.#reflection.getDescriptorBySymbol(SERVICE),
    );
    operator.#root = descriptor.getProtobufJsRoot();
    const service = operator.#root.lookupService(SERVICE);
    for (const method of service.methodsArray) {
      operator.#methods.set(method.name, {
        path: `/${SERVICE}/${method.name}`,
        request: service.lookupType(method.requestType),
        response: service.lookupType(method.responseType),
        changes: method.options?.idempotency_level !== 'NO_SIDE_EFFECTS',
      });
    }
    return operator;
  }

  get methodNames() {
    return [...this.#methods.keys()];
  }

  // Those that the API does not call free of side effects.
  get changingMethodNames() {
    return this.methodNames.filter((name) => this.#methods.get(name).changes);
  }

  services() {
    return this.#reflection.listServices();
  }

  // `token`: another bearer than the admin token; null for none.
  #prepare(name, request, token = this.#token) {
    const method = this.#methods.get(name);
    if (!method) throw new Error(`reflection knows no method ${name}`);
    for (const field of Object.keys(request)) {
      if (!method.request.fields[field]) throw new Error(`${name} has no field ${field}`);
    }
    const metadata = new grpc.Metadata();
    if (token !== null) metadata.set('authorization', `Bearer ${token}`);
    return { method, metadata, message: method.request.fromObject(request) };
  }

  // Rejects with gRPC's error, to which `reason` (of google.rpc.ErrorInfo),
  // `domain` and `violations` (field names) have been added.
  async call(name, request = {}, { token } = {}) {
    const { method, metadata, message } = this.#prepare(name, request, token);
    try {
      const response = await this.#unary(
        method.path,
        (m) => Buffer.from(method.request.encode(m).finish()),
        message,
        metadata,
      );
      return method.response.toObject(method.response.decode(response), READABLE);
    } catch (error) {
      throw await this.#explain(error);
    }
  }

  // Sends bytes as they are to a method, and gives the bytes of the answer.
  callRaw(path, bytes, { token = this.#token } = {}) {
    const metadata = new grpc.Metadata();
    if (token !== null) metadata.set('authorization', `Bearer ${token}`);
    return this.#unary(path, (b) => b, bytes, metadata);
  }

  #unary(path, serialize, message, metadata) {
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        path,
        serialize,
        (b) => b,
        message,
        metadata,
        { deadline: Date.now() + DEADLINE_MS },
        (error, response) => (error ? reject(error) : resolve(response)),
      );
    });
  }

  // An async iterable of a server stream's messages; ends when the stream ends
  // with OK, throws otherwise. `cancel()` ends it from this side.
  stream(name, request = {}) {
    const { method, metadata, message } = this.#prepare(name, request);
    const call = this.#client.makeServerStreamRequest(
      method.path,
      (m) => Buffer.from(method.request.encode(m).finish()),
      (bytes) => method.response.toObject(method.response.decode(bytes), READABLE),
      message,
      metadata,
      { deadline: Date.now() + DEADLINE_MS },
    );
    return {
      [Symbol.asyncIterator]: () => call[Symbol.asyncIterator](),
      cancel: () => call.cancel(),
    };
  }

  async #explain(error) {
    const [bytes] = error.metadata?.get('grpc-status-details-bin') ?? [];
    if (!bytes) return error;
    error.violations = [];
    const status = (await this.#type('google.rpc.Status')).decode(bytes);
    for (const detail of status.details) {
      const name = detail.type_url.split('/').at(-1);
      const value = (await this.#type(name)).decode(detail.value);
      if (name === 'google.rpc.ErrorInfo') {
        error.reason = value.reason;
        error.domain = value.domain;
      } else if (name === 'google.rpc.BadRequest') {
        error.violations = value.field_violations.map((v) => v.field);
      }
    }
    return error;
  }

  async #type(name) {
    const descriptor = await this.#reflection.getDescriptorBySymbol(name);
    return descriptor.getProtobufJsRoot().lookupType(name);
  }

  // The refusal vocabulary as the descriptor tells it: name -> {number, traits}.
  // Enum-value option 50501 is edgeplane.v1.ReasonTraits.
  async reasons() {
    const files = await this.#reflection.getProtoDescriptorBySymbol('edgeplane.v1.Reason');
    const values = files.map((f) => enumOptions(f, 'Reason', 50501)).find((v) => v !== null);
    const traits = this.#root.lookupType('edgeplane.v1.ReasonTraits');
    return new Map(
      values.map(({ name, number, option }) => [
        name,
        { number, traits: option && traits.toObject(traits.decode(option), READABLE) },
      ]),
    );
  }

  close() {
    this.#client.close();
    this.#reflection.client.close();
  }
}
