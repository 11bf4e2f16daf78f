// The protobuf messages of TensorBoard's event files, as far as scalars and hyperparameters need them.
import protobuf from "protobufjs";

// tensorflow/core/util/event.proto, tensorflow/core/framework/summary.proto, tensorboard/plugins/hparams/{api,plugin_data}.proto,
// google/protobuf/struct.proto
const { root } = protobuf.parse(
  `syntax = "proto3";
message Event {
  double wall_time = 1;
  int64 step = 2;
  string file_version = 3;
  Summary summary = 5;
  SessionLog session_log = 7;
}
message SessionLog { int32 status = 1; }
message Summary { repeated SummaryValue value = 1; }
message SummaryValue { string tag = 1; float simple_value = 2; SummaryMetadata metadata = 9; }
message SummaryMetadata { PluginData plugin_data = 1; }
message PluginData { string plugin_name = 1; bytes content = 2; }
message HParamsPluginData {
  int32 version = 1;
  Experiment experiment = 2;
  SessionStartInfo session_start_info = 3;
  SessionEndInfo session_end_info = 4;
}
message Experiment { repeated HParamInfo hparam_infos = 4; repeated MetricInfo metric_infos = 5; }
message HParamInfo { string name = 1; int32 type = 4; }
message MetricInfo { MetricName name = 1; }
message MetricName { string group = 1; string tag = 2; }
message SessionStartInfo { map<string, Value> hparams = 1; double start_time_secs = 5; }
message SessionEndInfo { int32 status = 1; double end_time_secs = 2; }
message Value { oneof kind { double number_value = 2; string string_value = 3; bool bool_value = 4; } }`,
  { keepCase: true },
);

function encoder<Content extends object>(name: string): (content: Content) => Uint8Array {
  const type = root.lookupType(name);
  return (content) => type.encode(content).finish();
}

/** A hyperparameter. */
export type HyperparameterValue =
  | { readonly number_value: number }
  | { readonly string_value: string }
  | { readonly bool_value: boolean };

/** A number, or what a plugin reads. */
export interface SummaryValue {
  readonly tag: string;
  readonly simple_value?: number;
  readonly metadata?: { readonly plugin_data: { readonly plugin_name: string; readonly content: Uint8Array } };
}

/** A record of an event file. */
export interface Event {
  /** Seconds since 1970. */
  readonly wall_time: number;
  readonly step?: number;
  readonly file_version?: string;
  readonly summary?: { readonly value: readonly SummaryValue[] };
  readonly session_log?: { readonly status: number };
}

/** What the hyperparameter plugin reads. */
export interface HyperparameterData {
  readonly version: number;
  readonly experiment?: {
    readonly hparam_infos: readonly { readonly name: string; readonly type: number }[];
    readonly metric_infos: readonly { readonly name: { readonly group: string; readonly tag: string } }[];
  };
  readonly session_start_info?: {
    readonly hparams: Readonly<Record<string, HyperparameterValue>>;
    readonly start_time_secs: number;
  };
  readonly session_end_info?: { readonly status: number; readonly end_time_secs: number };
}

export const encodeEvent: (event: Event) => Uint8Array = encoder("Event");
export const encodeHyperparameters: (data: HyperparameterData) => Uint8Array = encoder("HParamsPluginData");
