// Made by src/event/generate.ts (protobufjs-cli) from event.proto: change that, then `npm run generate`.
/*eslint-disable block-scoped-var, id-length, no-control-regex, no-magic-numbers, no-mixed-operators, no-prototype-builtins, no-redeclare, no-shadow, no-var, sort-vars, default-case, jsdoc/require-param*/
import $protobuf from "protobufjs/minimal.js";

// Common aliases
const $Reader = $protobuf.Reader, $Writer = $protobuf.Writer, $util = $protobuf.util;
const $Object = $util.global.Object, $undefined = $util.global.undefined, $Error = $util.global.Error, $RangeError = $util.global.RangeError;

// Exported root namespace
const $root = $protobuf.roots["spotter"] || ($protobuf.roots["spotter"] = {});

export const spotter = $root.spotter = (() => {

    /**
     * Namespace spotter.
     * @exports spotter
     * @namespace
     */
    const spotter = {};

    spotter.v1 = (function() {

        /**
         * Namespace v1.
         * @memberof spotter
         * @namespace
         */
        const v1 = {};

        v1.Event = (function() {

            /**
             * Properties of an Event.
             * @typedef {Object} spotter.v1.Event.$Properties
             * @property {number} [schema] Event schema
             * @property {Uint8Array} [id] Event id
             * @property {string} [device] Event device
             * @property {number} [sequence] Event sequence
             * @property {number} [epoch] Event epoch
             * @property {spotter.v1.Clock.$Properties} [clock] Event clock
             * @property {Uint8Array} [trace] Event trace
             * @property {boolean} [resent] Event resent
             * @property {spotter.v1.FallChange.$Properties|null} [fallChange] Event fallChange
             * @property {spotter.v1.ActionReceipts.$Properties|null} [actionReceipts] Event actionReceipts
             * @property {spotter.v1.CameraState.$Properties|null} [cameraState] Event cameraState
             * @property {spotter.v1.Heartbeat.$Properties|null} [heartbeat] Event heartbeat
             * @property {"fallChange"|"actionReceipts"|"cameraState"|"heartbeat"} [body] Event body
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an Event.
             * @memberof spotter.v1
             * @interface IEvent
             * @augments spotter.v1.Event.$Properties
             * @deprecated Use spotter.v1.Event.$Properties instead.
             */

            /**
             * Narrowed shape of an Event.
             * @typedef {{
             *   schema?: number;
             *   id?: Uint8Array;
             *   device?: string;
             *   sequence?: number;
             *   epoch?: number;
             *   clock?: spotter.v1.Clock.$Shape;
             *   trace?: Uint8Array;
             *   resent?: boolean;
             *   fallChange?: spotter.v1.FallChange.$Shape|null;
             *   actionReceipts?: spotter.v1.ActionReceipts.$Shape|null;
             *   cameraState?: spotter.v1.CameraState.$Shape|null;
             *   heartbeat?: spotter.v1.Heartbeat.$Shape|null;
             *   $unknowns?: Array.<Uint8Array>;
             * } & (
             *   ({ body?: undefined; fallChange?: null; actionReceipts?: null; cameraState?: null; heartbeat?: null }|{ body?: "fallChange"; fallChange: spotter.v1.FallChange.$Shape; actionReceipts?: null; cameraState?: null; heartbeat?: null }|{ body?: "actionReceipts"; fallChange?: null; actionReceipts: spotter.v1.ActionReceipts.$Shape; cameraState?: null; heartbeat?: null }|{ body?: "cameraState"; fallChange?: null; actionReceipts?: null; cameraState: spotter.v1.CameraState.$Shape; heartbeat?: null }|{ body?: "heartbeat"; fallChange?: null; actionReceipts?: null; cameraState?: null; heartbeat: spotter.v1.Heartbeat.$Shape })
             * )} spotter.v1.Event.$Shape
             */

            /**
             * Constructs a new Event.
             * @memberof spotter.v1
             * @classdesc Represents an Event.
             * @constructor
             * @param {spotter.v1.Event.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Event = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Event schema.
             * @member {number} schema
             * @memberof spotter.v1.Event
             * @instance
             */
            Event.prototype.schema = 0;

            /**
             * Event id.
             * @member {Uint8Array} id
             * @memberof spotter.v1.Event
             * @instance
             */
            Event.prototype.id = $util.newBuffer([]);

            /**
             * Event device.
             * @member {string} device
             * @memberof spotter.v1.Event
             * @instance
             */
            Event.prototype.device = "";

            /**
             * Event sequence.
             * @member {number} sequence
             * @memberof spotter.v1.Event
             * @instance
             */
            Event.prototype.sequence = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Event epoch.
             * @member {number} epoch
             * @memberof spotter.v1.Event
             * @instance
             */
            Event.prototype.epoch = 0;

            /**
             * Event clock.
             * @member {spotter.v1.Clock} clock
             * @memberof spotter.v1.Event
             * @instance
             */
            Event.prototype.clock = null;

            /**
             * Event trace.
             * @member {Uint8Array} trace
             * @memberof spotter.v1.Event
             * @instance
             */
            Event.prototype.trace = $util.newBuffer([]);

            /**
             * Event resent.
             * @member {boolean} resent
             * @memberof spotter.v1.Event
             * @instance
             */
            Event.prototype.resent = false;

            /**
             * Event fallChange.
             * @member {spotter.v1.FallChange|null} fallChange
             * @memberof spotter.v1.Event
             * @instance
             */
            Event.prototype.fallChange = null;

            /**
             * Event actionReceipts.
             * @member {spotter.v1.ActionReceipts|null} actionReceipts
             * @memberof spotter.v1.Event
             * @instance
             */
            Event.prototype.actionReceipts = null;

            /**
             * Event cameraState.
             * @member {spotter.v1.CameraState|null} cameraState
             * @memberof spotter.v1.Event
             * @instance
             */
            Event.prototype.cameraState = null;

            /**
             * Event heartbeat.
             * @member {spotter.v1.Heartbeat|null} heartbeat
             * @memberof spotter.v1.Event
             * @instance
             */
            Event.prototype.heartbeat = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            /**
             * Event body.
             * @member {"fallChange"|"actionReceipts"|"cameraState"|"heartbeat"|undefined} body
             * @memberof spotter.v1.Event
             * @instance
             */
            $Object.defineProperty(Event.prototype, "body", {
                get: $util.oneOfGetter($oneOfFields = ["fallChange", "actionReceipts", "cameraState", "heartbeat"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified Event message. Does not implicitly {@link spotter.v1.Event.verify|verify} messages.
             * @function encode
             * @memberof spotter.v1.Event
             * @static
             * @param {spotter.v1.Event.$Properties} message Event message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Event.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.schema != null && $Object.hasOwnProperty.call(message, "schema") && message.schema !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.schema);
                if (message.id != null && $Object.hasOwnProperty.call(message, "id") && message.id.length)
                    writer.uint32(/* id 2, wireType 2 =*/18).bytes(message.id);
                if (message.device != null && $Object.hasOwnProperty.call(message, "device") && message.device !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.device);
                if (message.sequence != null && $Object.hasOwnProperty.call(message, "sequence") && (typeof message.sequence === "object" ? message.sequence.low || message.sequence.high : message.sequence !== 0))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint64(message.sequence);
                if (message.epoch != null && $Object.hasOwnProperty.call(message, "epoch") && message.epoch !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.epoch);
                if (message.clock != null && $Object.hasOwnProperty.call(message, "clock"))
                    $root.spotter.v1.Clock.encode(message.clock, writer.uint32(/* id 6, wireType 2 =*/50).fork(), _depth + 1).ldelim();
                if (message.trace != null && $Object.hasOwnProperty.call(message, "trace") && message.trace.length)
                    writer.uint32(/* id 7, wireType 2 =*/58).bytes(message.trace);
                if (message.resent != null && $Object.hasOwnProperty.call(message, "resent") && message.resent !== false)
                    writer.uint32(/* id 8, wireType 0 =*/64).bool(message.resent);
                if (message.fallChange != null && $Object.hasOwnProperty.call(message, "fallChange"))
                    $root.spotter.v1.FallChange.encode(message.fallChange, writer.uint32(/* id 9, wireType 2 =*/74).fork(), _depth + 1).ldelim();
                if (message.actionReceipts != null && $Object.hasOwnProperty.call(message, "actionReceipts"))
                    $root.spotter.v1.ActionReceipts.encode(message.actionReceipts, writer.uint32(/* id 10, wireType 2 =*/82).fork(), _depth + 1).ldelim();
                if (message.cameraState != null && $Object.hasOwnProperty.call(message, "cameraState"))
                    $root.spotter.v1.CameraState.encode(message.cameraState, writer.uint32(/* id 11, wireType 2 =*/90).fork(), _depth + 1).ldelim();
                if (message.heartbeat != null && $Object.hasOwnProperty.call(message, "heartbeat"))
                    $root.spotter.v1.Heartbeat.encode(message.heartbeat, writer.uint32(/* id 12, wireType 2 =*/98).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an Event message from the specified reader or buffer.
             * @function decode
             * @memberof spotter.v1.Event
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {spotter.v1.Event & spotter.v1.Event.$Shape} Event
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Event.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.spotter.v1.Event();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.schema = value;
                            else
                                delete message.schema;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.id = value;
                            else
                                delete message.id;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.device = value;
                            else
                                delete message.device;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.sequence = value;
                            else
                                delete message.sequence;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.epoch = value;
                            else
                                delete message.epoch;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            message.clock = $root.spotter.v1.Clock.decode(reader, reader.size(), $undefined, _depth + 1, message.clock);
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.trace = value;
                            else
                                delete message.trace;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.resent = value;
                            else
                                delete message.resent;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            message.fallChange = $root.spotter.v1.FallChange.decode(reader, reader.size(), $undefined, _depth + 1, message.fallChange);
                            message.body = "fallChange";
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.actionReceipts = $root.spotter.v1.ActionReceipts.decode(reader, reader.size(), $undefined, _depth + 1, message.actionReceipts);
                            message.body = "actionReceipts";
                            continue;
                        }
                    case 11: {
                            if (wireType !== 2)
                                break;
                            message.cameraState = $root.spotter.v1.CameraState.decode(reader, reader.size(), $undefined, _depth + 1, message.cameraState);
                            message.body = "cameraState";
                            continue;
                        }
                    case 12: {
                            if (wireType !== 2)
                                break;
                            message.heartbeat = $root.spotter.v1.Heartbeat.decode(reader, reader.size(), $undefined, _depth + 1, message.heartbeat);
                            message.body = "heartbeat";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Event;
        })();

        v1.Clock = (function() {

            /**
             * Properties of a Clock.
             * @typedef {Object} spotter.v1.Clock.$Properties
             * @property {number} [wallMs] Clock wallMs
             * @property {number} [monotonicMs] Clock monotonicMs
             * @property {number} [boot] Clock boot
             * @property {spotter.v1.Sync} [sync] Clock sync
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Clock.
             * @memberof spotter.v1
             * @interface IClock
             * @augments spotter.v1.Clock.$Properties
             * @deprecated Use spotter.v1.Clock.$Properties instead.
             */

            /**
             * Shape of a Clock.
             * @typedef {spotter.v1.Clock.$Properties} spotter.v1.Clock.$Shape
             */

            /**
             * Constructs a new Clock.
             * @memberof spotter.v1
             * @classdesc Represents a Clock.
             * @constructor
             * @param {spotter.v1.Clock.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Clock = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Clock wallMs.
             * @member {number} wallMs
             * @memberof spotter.v1.Clock
             * @instance
             */
            Clock.prototype.wallMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Clock monotonicMs.
             * @member {number} monotonicMs
             * @memberof spotter.v1.Clock
             * @instance
             */
            Clock.prototype.monotonicMs = $util.Long ? $util.Long.fromBits(0,0,true) : 0;

            /**
             * Clock boot.
             * @member {number} boot
             * @memberof spotter.v1.Clock
             * @instance
             */
            Clock.prototype.boot = 0;

            /**
             * Clock sync.
             * @member {spotter.v1.Sync} sync
             * @memberof spotter.v1.Clock
             * @instance
             */
            Clock.prototype.sync = 0;

            /**
             * Encodes the specified Clock message. Does not implicitly {@link spotter.v1.Clock.verify|verify} messages.
             * @function encode
             * @memberof spotter.v1.Clock
             * @static
             * @param {spotter.v1.Clock.$Properties} message Clock message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Clock.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.wallMs != null && $Object.hasOwnProperty.call(message, "wallMs") && (typeof message.wallMs === "object" ? message.wallMs.low || message.wallMs.high : message.wallMs !== 0))
                    writer.uint32(/* id 1, wireType 0 =*/8).uint64(message.wallMs);
                if (message.monotonicMs != null && $Object.hasOwnProperty.call(message, "monotonicMs") && (typeof message.monotonicMs === "object" ? message.monotonicMs.low || message.monotonicMs.high : message.monotonicMs !== 0))
                    writer.uint32(/* id 2, wireType 0 =*/16).uint64(message.monotonicMs);
                if (message.boot != null && $Object.hasOwnProperty.call(message, "boot") && message.boot !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.boot);
                if (message.sync != null && $Object.hasOwnProperty.call(message, "sync") && message.sync !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).int32(message.sync);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Clock message from the specified reader or buffer.
             * @function decode
             * @memberof spotter.v1.Clock
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {spotter.v1.Clock & spotter.v1.Clock.$Shape} Clock
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Clock.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.spotter.v1.Clock();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.wallMs = value;
                            else
                                delete message.wallMs;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (typeof (value = reader.uint64()) === "object" ? value.low || value.high : value !== 0)
                                message.monotonicMs = value;
                            else
                                delete message.monotonicMs;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.boot = value;
                            else
                                delete message.boot;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.sync = value;
                            else
                                delete message.sync;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Clock;
        })();

        /**
         * Sync enum.
         * @name spotter.v1.Sync
         * @enum {number}
         * @property {number} SYNC_UNKNOWN=0 SYNC_UNKNOWN value
         * @property {number} SYNC_SYNCED=1 SYNC_SYNCED value
         * @property {number} SYNC_UNSYNCED=2 SYNC_UNSYNCED value
         */
        v1.Sync = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "SYNC_UNKNOWN"] = 0;
            values[valuesById[1] = "SYNC_SYNCED"] = 1;
            values[valuesById[2] = "SYNC_UNSYNCED"] = 2;
            return values;
        })();

        /**
         * ChangeKind enum.
         * @name spotter.v1.ChangeKind
         * @enum {number}
         * @property {number} CHANGE_KIND_UNSPECIFIED=0 CHANGE_KIND_UNSPECIFIED value
         * @property {number} CHANGE_KIND_SUSPECTED=1 CHANGE_KIND_SUSPECTED value
         * @property {number} CHANGE_KIND_CONFIRMED=2 CHANGE_KIND_CONFIRMED value
         * @property {number} CHANGE_KIND_RECOVERED=3 CHANGE_KIND_RECOVERED value
         * @property {number} CHANGE_KIND_DOWN=4 CHANGE_KIND_DOWN value
         * @property {number} CHANGE_KIND_ACKNOWLEDGED=5 CHANGE_KIND_ACKNOWLEDGED value
         * @property {number} CHANGE_KIND_CLEARED=6 CHANGE_KIND_CLEARED value
         */
        v1.ChangeKind = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "CHANGE_KIND_UNSPECIFIED"] = 0;
            values[valuesById[1] = "CHANGE_KIND_SUSPECTED"] = 1;
            values[valuesById[2] = "CHANGE_KIND_CONFIRMED"] = 2;
            values[valuesById[3] = "CHANGE_KIND_RECOVERED"] = 3;
            values[valuesById[4] = "CHANGE_KIND_DOWN"] = 4;
            values[valuesById[5] = "CHANGE_KIND_ACKNOWLEDGED"] = 5;
            values[valuesById[6] = "CHANGE_KIND_CLEARED"] = 6;
            return values;
        })();

        v1.FallChange = (function() {

            /**
             * Properties of a FallChange.
             * @typedef {Object} spotter.v1.FallChange.$Properties
             * @property {spotter.v1.ChangeKind} [kind] FallChange kind
             * @property {number} [tier] FallChange tier
             * @property {string} [camera] FallChange camera
             * @property {string} [zone] FallChange zone
             * @property {string} [machine] FallChange machine
             * @property {number} [track] FallChange track
             * @property {string} [alarm] FallChange alarm
             * @property {number} [frameAgeMs] FallChange frameAgeMs
             * @property {number} [score] FallChange score
             * @property {spotter.v1.Why.$Properties} [why] FallChange why
             * @property {Array.<number>} [stageTimes] FallChange stageTimes
             * @property {Array.<spotter.v1.Receipt.$Properties>} [receipts] FallChange receipts
             * @property {spotter.v1.Skeleton.$Properties} [skeleton] FallChange skeleton
             * @property {number|null} [cameraOffsetMs] FallChange cameraOffsetMs
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a FallChange.
             * @memberof spotter.v1
             * @interface IFallChange
             * @augments spotter.v1.FallChange.$Properties
             * @deprecated Use spotter.v1.FallChange.$Properties instead.
             */

            /**
             * Shape of a FallChange.
             * @typedef {spotter.v1.FallChange.$Properties} spotter.v1.FallChange.$Shape
             */

            /**
             * Constructs a new FallChange.
             * @memberof spotter.v1
             * @classdesc Represents a FallChange.
             * @constructor
             * @param {spotter.v1.FallChange.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const FallChange = function (properties) {
                this.stageTimes = [];
                this.receipts = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * FallChange kind.
             * @member {spotter.v1.ChangeKind} kind
             * @memberof spotter.v1.FallChange
             * @instance
             */
            FallChange.prototype.kind = 0;

            /**
             * FallChange tier.
             * @member {number} tier
             * @memberof spotter.v1.FallChange
             * @instance
             */
            FallChange.prototype.tier = 0;

            /**
             * FallChange camera.
             * @member {string} camera
             * @memberof spotter.v1.FallChange
             * @instance
             */
            FallChange.prototype.camera = "";

            /**
             * FallChange zone.
             * @member {string} zone
             * @memberof spotter.v1.FallChange
             * @instance
             */
            FallChange.prototype.zone = "";

            /**
             * FallChange machine.
             * @member {string} machine
             * @memberof spotter.v1.FallChange
             * @instance
             */
            FallChange.prototype.machine = "";

            /**
             * FallChange track.
             * @member {number} track
             * @memberof spotter.v1.FallChange
             * @instance
             */
            FallChange.prototype.track = 0;

            /**
             * FallChange alarm.
             * @member {string} alarm
             * @memberof spotter.v1.FallChange
             * @instance
             */
            FallChange.prototype.alarm = "";

            /**
             * FallChange frameAgeMs.
             * @member {number} frameAgeMs
             * @memberof spotter.v1.FallChange
             * @instance
             */
            FallChange.prototype.frameAgeMs = 0;

            /**
             * FallChange score.
             * @member {number} score
             * @memberof spotter.v1.FallChange
             * @instance
             */
            FallChange.prototype.score = 0;

            /**
             * FallChange why.
             * @member {spotter.v1.Why} why
             * @memberof spotter.v1.FallChange
             * @instance
             */
            FallChange.prototype.why = null;

            /**
             * FallChange stageTimes.
             * @member {Array.<number>} stageTimes
             * @memberof spotter.v1.FallChange
             * @instance
             */
            FallChange.prototype.stageTimes = $util.emptyArray;

            /**
             * FallChange receipts.
             * @member {Array.<spotter.v1.Receipt>} receipts
             * @memberof spotter.v1.FallChange
             * @instance
             */
            FallChange.prototype.receipts = $util.emptyArray;

            /**
             * FallChange skeleton.
             * @member {spotter.v1.Skeleton} skeleton
             * @memberof spotter.v1.FallChange
             * @instance
             */
            FallChange.prototype.skeleton = null;

            /**
             * FallChange cameraOffsetMs.
             * @member {number|null} cameraOffsetMs
             * @memberof spotter.v1.FallChange
             * @instance
             */
            FallChange.prototype.cameraOffsetMs = null;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(FallChange.prototype, "_cameraOffsetMs", {
                get: $util.oneOfGetter($oneOfFields = ["cameraOffsetMs"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified FallChange message. Does not implicitly {@link spotter.v1.FallChange.verify|verify} messages.
             * @function encode
             * @memberof spotter.v1.FallChange
             * @static
             * @param {spotter.v1.FallChange.$Properties} message FallChange message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            FallChange.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.kind != null && $Object.hasOwnProperty.call(message, "kind") && message.kind !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).int32(message.kind);
                if (message.tier != null && $Object.hasOwnProperty.call(message, "tier") && message.tier !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.tier);
                if (message.camera != null && $Object.hasOwnProperty.call(message, "camera") && message.camera !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.camera);
                if (message.zone != null && $Object.hasOwnProperty.call(message, "zone") && message.zone !== "")
                    writer.uint32(/* id 4, wireType 2 =*/34).string(message.zone);
                if (message.machine != null && $Object.hasOwnProperty.call(message, "machine") && message.machine !== "")
                    writer.uint32(/* id 5, wireType 2 =*/42).string(message.machine);
                if (message.track != null && $Object.hasOwnProperty.call(message, "track") && message.track !== 0)
                    writer.uint32(/* id 6, wireType 0 =*/48).uint32(message.track);
                if (message.alarm != null && $Object.hasOwnProperty.call(message, "alarm") && message.alarm !== "")
                    writer.uint32(/* id 7, wireType 2 =*/58).string(message.alarm);
                if (message.frameAgeMs != null && $Object.hasOwnProperty.call(message, "frameAgeMs") && message.frameAgeMs !== 0)
                    writer.uint32(/* id 8, wireType 0 =*/64).uint32(message.frameAgeMs);
                if (message.score != null && $Object.hasOwnProperty.call(message, "score") && message.score !== 0)
                    writer.uint32(/* id 9, wireType 0 =*/72).uint32(message.score);
                if (message.why != null && $Object.hasOwnProperty.call(message, "why"))
                    $root.spotter.v1.Why.encode(message.why, writer.uint32(/* id 10, wireType 2 =*/82).fork(), _depth + 1).ldelim();
                if (message.stageTimes != null && message.stageTimes.length)
                    writer.uint32(/* id 11, wireType 2 =*/90).uint32s(message.stageTimes);
                if (message.receipts != null && message.receipts.length)
                    for (let i = 0; i < message.receipts.length; ++i)
                        $root.spotter.v1.Receipt.encode(message.receipts[i], writer.uint32(/* id 12, wireType 2 =*/98).fork(), _depth + 1).ldelim();
                if (message.skeleton != null && $Object.hasOwnProperty.call(message, "skeleton"))
                    $root.spotter.v1.Skeleton.encode(message.skeleton, writer.uint32(/* id 13, wireType 2 =*/106).fork(), _depth + 1).ldelim();
                if (message.cameraOffsetMs != null && $Object.hasOwnProperty.call(message, "cameraOffsetMs"))
                    writer.uint32(/* id 14, wireType 0 =*/112).sint64(message.cameraOffsetMs);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a FallChange message from the specified reader or buffer.
             * @function decode
             * @memberof spotter.v1.FallChange
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {spotter.v1.FallChange & spotter.v1.FallChange.$Shape} FallChange
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            FallChange.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.spotter.v1.FallChange();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.kind = value;
                            else
                                delete message.kind;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.tier = value;
                            else
                                delete message.tier;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.camera = value;
                            else
                                delete message.camera;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.zone = value;
                            else
                                delete message.zone;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.machine = value;
                            else
                                delete message.machine;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.track = value;
                            else
                                delete message.track;
                            continue;
                        }
                    case 7: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.alarm = value;
                            else
                                delete message.alarm;
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.frameAgeMs = value;
                            else
                                delete message.frameAgeMs;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.score = value;
                            else
                                delete message.score;
                            continue;
                        }
                    case 10: {
                            if (wireType !== 2)
                                break;
                            message.why = $root.spotter.v1.Why.decode(reader, reader.size(), $undefined, _depth + 1, message.why);
                            continue;
                        }
                    case 11: {
                            if (wireType === 2) {
                                if (!(message.stageTimes && message.stageTimes.length))
                                    message.stageTimes = [];
                                reader.uint32s(message.stageTimes);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.stageTimes && message.stageTimes.length))
                                message.stageTimes = [];
                            message.stageTimes.push(reader.uint32());
                            continue;
                        }
                    case 12: {
                            if (wireType !== 2)
                                break;
                            if (!(message.receipts && message.receipts.length))
                                message.receipts = [];
                            message.receipts.push($root.spotter.v1.Receipt.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 13: {
                            if (wireType !== 2)
                                break;
                            message.skeleton = $root.spotter.v1.Skeleton.decode(reader, reader.size(), $undefined, _depth + 1, message.skeleton);
                            continue;
                        }
                    case 14: {
                            if (wireType !== 0)
                                break;
                            message.cameraOffsetMs = reader.sint64();
                            message._cameraOffsetMs = "cameraOffsetMs";
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return FallChange;
        })();

        v1.Why = (function() {

            /**
             * Properties of a Why.
             * @typedef {Object} spotter.v1.Why.$Properties
             * @property {number} [votes] Why votes
             * @property {number} [asked] Why asked
             * @property {number} [fall] Why fall
             * @property {number} [fallen] Why fallen
             * @property {number} [lying] Why lying
             * @property {number|null} [torsoAngle] Why torsoAngle
             * @property {number|null} [dropSpeed] Why dropSpeed
             * @property {number} [visible] Why visible
             * @property {string} [text] Why text
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Why.
             * @memberof spotter.v1
             * @interface IWhy
             * @augments spotter.v1.Why.$Properties
             * @deprecated Use spotter.v1.Why.$Properties instead.
             */

            /**
             * Shape of a Why.
             * @typedef {spotter.v1.Why.$Properties} spotter.v1.Why.$Shape
             */

            /**
             * Constructs a new Why.
             * @memberof spotter.v1
             * @classdesc Represents a Why.
             * @constructor
             * @param {spotter.v1.Why.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Why = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Why votes.
             * @member {number} votes
             * @memberof spotter.v1.Why
             * @instance
             */
            Why.prototype.votes = 0;

            /**
             * Why asked.
             * @member {number} asked
             * @memberof spotter.v1.Why
             * @instance
             */
            Why.prototype.asked = 0;

            /**
             * Why fall.
             * @member {number} fall
             * @memberof spotter.v1.Why
             * @instance
             */
            Why.prototype.fall = 0;

            /**
             * Why fallen.
             * @member {number} fallen
             * @memberof spotter.v1.Why
             * @instance
             */
            Why.prototype.fallen = 0;

            /**
             * Why lying.
             * @member {number} lying
             * @memberof spotter.v1.Why
             * @instance
             */
            Why.prototype.lying = 0;

            /**
             * Why torsoAngle.
             * @member {number|null} torsoAngle
             * @memberof spotter.v1.Why
             * @instance
             */
            Why.prototype.torsoAngle = null;

            /**
             * Why dropSpeed.
             * @member {number|null} dropSpeed
             * @memberof spotter.v1.Why
             * @instance
             */
            Why.prototype.dropSpeed = null;

            /**
             * Why visible.
             * @member {number} visible
             * @memberof spotter.v1.Why
             * @instance
             */
            Why.prototype.visible = 0;

            /**
             * Why text.
             * @member {string} text
             * @memberof spotter.v1.Why
             * @instance
             */
            Why.prototype.text = "";

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Why.prototype, "_torsoAngle", {
                get: $util.oneOfGetter($oneOfFields = ["torsoAngle"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Why.prototype, "_dropSpeed", {
                get: $util.oneOfGetter($oneOfFields = ["dropSpeed"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified Why message. Does not implicitly {@link spotter.v1.Why.verify|verify} messages.
             * @function encode
             * @memberof spotter.v1.Why
             * @static
             * @param {spotter.v1.Why.$Properties} message Why message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Why.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.votes != null && $Object.hasOwnProperty.call(message, "votes") && message.votes !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.votes);
                if (message.asked != null && $Object.hasOwnProperty.call(message, "asked") && message.asked !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.asked);
                if (message.fall != null && $Object.hasOwnProperty.call(message, "fall") && message.fall !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.fall);
                if (message.fallen != null && $Object.hasOwnProperty.call(message, "fallen") && message.fallen !== 0)
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.fallen);
                if (message.lying != null && $Object.hasOwnProperty.call(message, "lying") && message.lying !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.lying);
                if (message.torsoAngle != null && $Object.hasOwnProperty.call(message, "torsoAngle"))
                    writer.uint32(/* id 6, wireType 0 =*/48).uint32(message.torsoAngle);
                if (message.dropSpeed != null && $Object.hasOwnProperty.call(message, "dropSpeed"))
                    writer.uint32(/* id 7, wireType 0 =*/56).sint32(message.dropSpeed);
                if (message.visible != null && $Object.hasOwnProperty.call(message, "visible") && message.visible !== 0)
                    writer.uint32(/* id 8, wireType 0 =*/64).uint32(message.visible);
                if (message.text != null && $Object.hasOwnProperty.call(message, "text") && message.text !== "")
                    writer.uint32(/* id 9, wireType 2 =*/74).string(message.text);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Why message from the specified reader or buffer.
             * @function decode
             * @memberof spotter.v1.Why
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {spotter.v1.Why & spotter.v1.Why.$Shape} Why
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Why.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.spotter.v1.Why();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.votes = value;
                            else
                                delete message.votes;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.asked = value;
                            else
                                delete message.asked;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.fall = value;
                            else
                                delete message.fall;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.fallen = value;
                            else
                                delete message.fallen;
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.lying = value;
                            else
                                delete message.lying;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            message.torsoAngle = reader.uint32();
                            message._torsoAngle = "torsoAngle";
                            continue;
                        }
                    case 7: {
                            if (wireType !== 0)
                                break;
                            message.dropSpeed = reader.sint32();
                            message._dropSpeed = "dropSpeed";
                            continue;
                        }
                    case 8: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.visible = value;
                            else
                                delete message.visible;
                            continue;
                        }
                    case 9: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.text = value;
                            else
                                delete message.text;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Why;
        })();

        v1.Skeleton = (function() {

            /**
             * Properties of a Skeleton.
             * @typedef {Object} spotter.v1.Skeleton.$Properties
             * @property {number} [scale] Skeleton scale
             * @property {number} [endsMsBefore] Skeleton endsMsBefore
             * @property {Uint8Array} [samples] Skeleton samples
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Skeleton.
             * @memberof spotter.v1
             * @interface ISkeleton
             * @augments spotter.v1.Skeleton.$Properties
             * @deprecated Use spotter.v1.Skeleton.$Properties instead.
             */

            /**
             * Shape of a Skeleton.
             * @typedef {spotter.v1.Skeleton.$Properties} spotter.v1.Skeleton.$Shape
             */

            /**
             * Constructs a new Skeleton.
             * @memberof spotter.v1
             * @classdesc Represents a Skeleton.
             * @constructor
             * @param {spotter.v1.Skeleton.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Skeleton = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Skeleton scale.
             * @member {number} scale
             * @memberof spotter.v1.Skeleton
             * @instance
             */
            Skeleton.prototype.scale = 0;

            /**
             * Skeleton endsMsBefore.
             * @member {number} endsMsBefore
             * @memberof spotter.v1.Skeleton
             * @instance
             */
            Skeleton.prototype.endsMsBefore = 0;

            /**
             * Skeleton samples.
             * @member {Uint8Array} samples
             * @memberof spotter.v1.Skeleton
             * @instance
             */
            Skeleton.prototype.samples = $util.newBuffer([]);

            /**
             * Encodes the specified Skeleton message. Does not implicitly {@link spotter.v1.Skeleton.verify|verify} messages.
             * @function encode
             * @memberof spotter.v1.Skeleton
             * @static
             * @param {spotter.v1.Skeleton.$Properties} message Skeleton message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Skeleton.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.scale != null && $Object.hasOwnProperty.call(message, "scale") && message.scale !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.scale);
                if (message.endsMsBefore != null && $Object.hasOwnProperty.call(message, "endsMsBefore") && message.endsMsBefore !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).uint32(message.endsMsBefore);
                if (message.samples != null && $Object.hasOwnProperty.call(message, "samples") && message.samples.length)
                    writer.uint32(/* id 3, wireType 2 =*/26).bytes(message.samples);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Skeleton message from the specified reader or buffer.
             * @function decode
             * @memberof spotter.v1.Skeleton
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {spotter.v1.Skeleton & spotter.v1.Skeleton.$Shape} Skeleton
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Skeleton.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.spotter.v1.Skeleton();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.scale = value;
                            else
                                delete message.scale;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.endsMsBefore = value;
                            else
                                delete message.endsMsBefore;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.bytes()).length)
                                message.samples = value;
                            else
                                delete message.samples;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Skeleton;
        })();

        /**
         * Outcome enum.
         * @name spotter.v1.Outcome
         * @enum {number}
         * @property {number} OUTCOME_UNSPECIFIED=0 OUTCOME_UNSPECIFIED value
         * @property {number} OUTCOME_CONFIRMED=1 OUTCOME_CONFIRMED value
         * @property {number} OUTCOME_COMMANDED=2 OUTCOME_COMMANDED value
         * @property {number} OUTCOME_LATE=3 OUTCOME_LATE value
         * @property {number} OUTCOME_FAILED=4 OUTCOME_FAILED value
         */
        v1.Outcome = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "OUTCOME_UNSPECIFIED"] = 0;
            values[valuesById[1] = "OUTCOME_CONFIRMED"] = 1;
            values[valuesById[2] = "OUTCOME_COMMANDED"] = 2;
            values[valuesById[3] = "OUTCOME_LATE"] = 3;
            values[valuesById[4] = "OUTCOME_FAILED"] = 4;
            return values;
        })();

        v1.Receipt = (function() {

            /**
             * Properties of a Receipt.
             * @typedef {Object} spotter.v1.Receipt.$Properties
             * @property {string} [actuator] Receipt actuator
             * @property {boolean} [active] Receipt active
             * @property {spotter.v1.Outcome} [outcome] Receipt outcome
             * @property {number|null} [written] Receipt written
             * @property {number|null} [confirmed] Receipt confirmed
             * @property {string} [detail] Receipt detail
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Receipt.
             * @memberof spotter.v1
             * @interface IReceipt
             * @augments spotter.v1.Receipt.$Properties
             * @deprecated Use spotter.v1.Receipt.$Properties instead.
             */

            /**
             * Shape of a Receipt.
             * @typedef {spotter.v1.Receipt.$Properties} spotter.v1.Receipt.$Shape
             */

            /**
             * Constructs a new Receipt.
             * @memberof spotter.v1
             * @classdesc Represents a Receipt.
             * @constructor
             * @param {spotter.v1.Receipt.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Receipt = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Receipt actuator.
             * @member {string} actuator
             * @memberof spotter.v1.Receipt
             * @instance
             */
            Receipt.prototype.actuator = "";

            /**
             * Receipt active.
             * @member {boolean} active
             * @memberof spotter.v1.Receipt
             * @instance
             */
            Receipt.prototype.active = false;

            /**
             * Receipt outcome.
             * @member {spotter.v1.Outcome} outcome
             * @memberof spotter.v1.Receipt
             * @instance
             */
            Receipt.prototype.outcome = 0;

            /**
             * Receipt written.
             * @member {number|null} written
             * @memberof spotter.v1.Receipt
             * @instance
             */
            Receipt.prototype.written = null;

            /**
             * Receipt confirmed.
             * @member {number|null} confirmed
             * @memberof spotter.v1.Receipt
             * @instance
             */
            Receipt.prototype.confirmed = null;

            /**
             * Receipt detail.
             * @member {string} detail
             * @memberof spotter.v1.Receipt
             * @instance
             */
            Receipt.prototype.detail = "";

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Receipt.prototype, "_written", {
                get: $util.oneOfGetter($oneOfFields = ["written"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(Receipt.prototype, "_confirmed", {
                get: $util.oneOfGetter($oneOfFields = ["confirmed"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified Receipt message. Does not implicitly {@link spotter.v1.Receipt.verify|verify} messages.
             * @function encode
             * @memberof spotter.v1.Receipt
             * @static
             * @param {spotter.v1.Receipt.$Properties} message Receipt message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Receipt.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.actuator != null && $Object.hasOwnProperty.call(message, "actuator") && message.actuator !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.actuator);
                if (message.active != null && $Object.hasOwnProperty.call(message, "active") && message.active !== false)
                    writer.uint32(/* id 2, wireType 0 =*/16).bool(message.active);
                if (message.outcome != null && $Object.hasOwnProperty.call(message, "outcome") && message.outcome !== 0)
                    writer.uint32(/* id 3, wireType 0 =*/24).int32(message.outcome);
                if (message.written != null && $Object.hasOwnProperty.call(message, "written"))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.written);
                if (message.confirmed != null && $Object.hasOwnProperty.call(message, "confirmed"))
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.confirmed);
                if (message.detail != null && $Object.hasOwnProperty.call(message, "detail") && message.detail !== "")
                    writer.uint32(/* id 6, wireType 2 =*/50).string(message.detail);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Receipt message from the specified reader or buffer.
             * @function decode
             * @memberof spotter.v1.Receipt
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {spotter.v1.Receipt & spotter.v1.Receipt.$Shape} Receipt
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Receipt.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.spotter.v1.Receipt();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.actuator = value;
                            else
                                delete message.actuator;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.bool())
                                message.active = value;
                            else
                                delete message.active;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.outcome = value;
                            else
                                delete message.outcome;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            message.written = reader.uint32();
                            message._written = "written";
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            message.confirmed = reader.uint32();
                            message._confirmed = "confirmed";
                            continue;
                        }
                    case 6: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.detail = value;
                            else
                                delete message.detail;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Receipt;
        })();

        v1.ActionReceipts = (function() {

            /**
             * Properties of an ActionReceipts.
             * @typedef {Object} spotter.v1.ActionReceipts.$Properties
             * @property {string} [alarm] ActionReceipts alarm
             * @property {string} [camera] ActionReceipts camera
             * @property {string} [zone] ActionReceipts zone
             * @property {Array.<spotter.v1.Receipt.$Properties>} [receipts] ActionReceipts receipts
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of an ActionReceipts.
             * @memberof spotter.v1
             * @interface IActionReceipts
             * @augments spotter.v1.ActionReceipts.$Properties
             * @deprecated Use spotter.v1.ActionReceipts.$Properties instead.
             */

            /**
             * Shape of an ActionReceipts.
             * @typedef {spotter.v1.ActionReceipts.$Properties} spotter.v1.ActionReceipts.$Shape
             */

            /**
             * Constructs a new ActionReceipts.
             * @memberof spotter.v1
             * @classdesc Represents an ActionReceipts.
             * @constructor
             * @param {spotter.v1.ActionReceipts.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const ActionReceipts = function (properties) {
                this.receipts = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * ActionReceipts alarm.
             * @member {string} alarm
             * @memberof spotter.v1.ActionReceipts
             * @instance
             */
            ActionReceipts.prototype.alarm = "";

            /**
             * ActionReceipts camera.
             * @member {string} camera
             * @memberof spotter.v1.ActionReceipts
             * @instance
             */
            ActionReceipts.prototype.camera = "";

            /**
             * ActionReceipts zone.
             * @member {string} zone
             * @memberof spotter.v1.ActionReceipts
             * @instance
             */
            ActionReceipts.prototype.zone = "";

            /**
             * ActionReceipts receipts.
             * @member {Array.<spotter.v1.Receipt>} receipts
             * @memberof spotter.v1.ActionReceipts
             * @instance
             */
            ActionReceipts.prototype.receipts = $util.emptyArray;

            /**
             * Encodes the specified ActionReceipts message. Does not implicitly {@link spotter.v1.ActionReceipts.verify|verify} messages.
             * @function encode
             * @memberof spotter.v1.ActionReceipts
             * @static
             * @param {spotter.v1.ActionReceipts.$Properties} message ActionReceipts message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            ActionReceipts.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.alarm != null && $Object.hasOwnProperty.call(message, "alarm") && message.alarm !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.alarm);
                if (message.camera != null && $Object.hasOwnProperty.call(message, "camera") && message.camera !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.camera);
                if (message.zone != null && $Object.hasOwnProperty.call(message, "zone") && message.zone !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.zone);
                if (message.receipts != null && message.receipts.length)
                    for (let i = 0; i < message.receipts.length; ++i)
                        $root.spotter.v1.Receipt.encode(message.receipts[i], writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes an ActionReceipts message from the specified reader or buffer.
             * @function decode
             * @memberof spotter.v1.ActionReceipts
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {spotter.v1.ActionReceipts & spotter.v1.ActionReceipts.$Shape} ActionReceipts
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            ActionReceipts.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.spotter.v1.ActionReceipts();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.alarm = value;
                            else
                                delete message.alarm;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.camera = value;
                            else
                                delete message.camera;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.zone = value;
                            else
                                delete message.zone;
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if (!(message.receipts && message.receipts.length))
                                message.receipts = [];
                            message.receipts.push($root.spotter.v1.Receipt.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return ActionReceipts;
        })();

        /**
         * Supervision enum.
         * @name spotter.v1.Supervision
         * @enum {number}
         * @property {number} SUPERVISION_UNSPECIFIED=0 SUPERVISION_UNSPECIFIED value
         * @property {number} SUPERVISION_ARMED=1 SUPERVISION_ARMED value
         * @property {number} SUPERVISION_DEGRADED=2 SUPERVISION_DEGRADED value
         * @property {number} SUPERVISION_BLIND=3 SUPERVISION_BLIND value
         * @property {number} SUPERVISION_FAULT=4 SUPERVISION_FAULT value
         */
        v1.Supervision = (function() {
            const valuesById = $Object.create(null), values = $Object.create(valuesById);
            values[valuesById[0] = "SUPERVISION_UNSPECIFIED"] = 0;
            values[valuesById[1] = "SUPERVISION_ARMED"] = 1;
            values[valuesById[2] = "SUPERVISION_DEGRADED"] = 2;
            values[valuesById[3] = "SUPERVISION_BLIND"] = 3;
            values[valuesById[4] = "SUPERVISION_FAULT"] = 4;
            return values;
        })();

        v1.CameraState = (function() {

            /**
             * Properties of a CameraState.
             * @typedef {Object} spotter.v1.CameraState.$Properties
             * @property {string} [camera] CameraState camera
             * @property {spotter.v1.Supervision} [state] CameraState state
             * @property {string} [reason] CameraState reason
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a CameraState.
             * @memberof spotter.v1
             * @interface ICameraState
             * @augments spotter.v1.CameraState.$Properties
             * @deprecated Use spotter.v1.CameraState.$Properties instead.
             */

            /**
             * Shape of a CameraState.
             * @typedef {spotter.v1.CameraState.$Properties} spotter.v1.CameraState.$Shape
             */

            /**
             * Constructs a new CameraState.
             * @memberof spotter.v1
             * @classdesc Represents a CameraState.
             * @constructor
             * @param {spotter.v1.CameraState.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const CameraState = function (properties) {
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * CameraState camera.
             * @member {string} camera
             * @memberof spotter.v1.CameraState
             * @instance
             */
            CameraState.prototype.camera = "";

            /**
             * CameraState state.
             * @member {spotter.v1.Supervision} state
             * @memberof spotter.v1.CameraState
             * @instance
             */
            CameraState.prototype.state = 0;

            /**
             * CameraState reason.
             * @member {string} reason
             * @memberof spotter.v1.CameraState
             * @instance
             */
            CameraState.prototype.reason = "";

            /**
             * Encodes the specified CameraState message. Does not implicitly {@link spotter.v1.CameraState.verify|verify} messages.
             * @function encode
             * @memberof spotter.v1.CameraState
             * @static
             * @param {spotter.v1.CameraState.$Properties} message CameraState message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            CameraState.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.camera != null && $Object.hasOwnProperty.call(message, "camera") && message.camera !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.camera);
                if (message.state != null && $Object.hasOwnProperty.call(message, "state") && message.state !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).int32(message.state);
                if (message.reason != null && $Object.hasOwnProperty.call(message, "reason") && message.reason !== "")
                    writer.uint32(/* id 3, wireType 2 =*/26).string(message.reason);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a CameraState message from the specified reader or buffer.
             * @function decode
             * @memberof spotter.v1.CameraState
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {spotter.v1.CameraState & spotter.v1.CameraState.$Shape} CameraState
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            CameraState.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.spotter.v1.CameraState();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.camera = value;
                            else
                                delete message.camera;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.state = value;
                            else
                                delete message.state;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.reason = value;
                            else
                                delete message.reason;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return CameraState;
        })();

        v1.Heartbeat = (function() {

            /**
             * Properties of a Heartbeat.
             * @typedef {Object} spotter.v1.Heartbeat.$Properties
             * @property {number} [uptimeS] Heartbeat uptimeS
             * @property {string} [version] Heartbeat version
             * @property {Array.<string>} [models] Heartbeat models
             * @property {Array.<spotter.v1.CameraHealth.$Properties>} [cameras] Heartbeat cameras
             * @property {number} [outboxEvents] Heartbeat outboxEvents
             * @property {number} [outboxOldestS] Heartbeat outboxOldestS
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a Heartbeat.
             * @memberof spotter.v1
             * @interface IHeartbeat
             * @augments spotter.v1.Heartbeat.$Properties
             * @deprecated Use spotter.v1.Heartbeat.$Properties instead.
             */

            /**
             * Shape of a Heartbeat.
             * @typedef {spotter.v1.Heartbeat.$Properties} spotter.v1.Heartbeat.$Shape
             */

            /**
             * Constructs a new Heartbeat.
             * @memberof spotter.v1
             * @classdesc Represents a Heartbeat.
             * @constructor
             * @param {spotter.v1.Heartbeat.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const Heartbeat = function (properties) {
                this.models = [];
                this.cameras = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * Heartbeat uptimeS.
             * @member {number} uptimeS
             * @memberof spotter.v1.Heartbeat
             * @instance
             */
            Heartbeat.prototype.uptimeS = 0;

            /**
             * Heartbeat version.
             * @member {string} version
             * @memberof spotter.v1.Heartbeat
             * @instance
             */
            Heartbeat.prototype.version = "";

            /**
             * Heartbeat models.
             * @member {Array.<string>} models
             * @memberof spotter.v1.Heartbeat
             * @instance
             */
            Heartbeat.prototype.models = $util.emptyArray;

            /**
             * Heartbeat cameras.
             * @member {Array.<spotter.v1.CameraHealth>} cameras
             * @memberof spotter.v1.Heartbeat
             * @instance
             */
            Heartbeat.prototype.cameras = $util.emptyArray;

            /**
             * Heartbeat outboxEvents.
             * @member {number} outboxEvents
             * @memberof spotter.v1.Heartbeat
             * @instance
             */
            Heartbeat.prototype.outboxEvents = 0;

            /**
             * Heartbeat outboxOldestS.
             * @member {number} outboxOldestS
             * @memberof spotter.v1.Heartbeat
             * @instance
             */
            Heartbeat.prototype.outboxOldestS = 0;

            /**
             * Encodes the specified Heartbeat message. Does not implicitly {@link spotter.v1.Heartbeat.verify|verify} messages.
             * @function encode
             * @memberof spotter.v1.Heartbeat
             * @static
             * @param {spotter.v1.Heartbeat.$Properties} message Heartbeat message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            Heartbeat.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.uptimeS != null && $Object.hasOwnProperty.call(message, "uptimeS") && message.uptimeS !== 0)
                    writer.uint32(/* id 1, wireType 0 =*/8).uint32(message.uptimeS);
                if (message.version != null && $Object.hasOwnProperty.call(message, "version") && message.version !== "")
                    writer.uint32(/* id 2, wireType 2 =*/18).string(message.version);
                if (message.models != null && message.models.length)
                    for (let i = 0; i < message.models.length; ++i)
                        writer.uint32(/* id 3, wireType 2 =*/26).string(message.models[i]);
                if (message.cameras != null && message.cameras.length)
                    for (let i = 0; i < message.cameras.length; ++i)
                        $root.spotter.v1.CameraHealth.encode(message.cameras[i], writer.uint32(/* id 4, wireType 2 =*/34).fork(), _depth + 1).ldelim();
                if (message.outboxEvents != null && $Object.hasOwnProperty.call(message, "outboxEvents") && message.outboxEvents !== 0)
                    writer.uint32(/* id 5, wireType 0 =*/40).uint32(message.outboxEvents);
                if (message.outboxOldestS != null && $Object.hasOwnProperty.call(message, "outboxOldestS") && message.outboxOldestS !== 0)
                    writer.uint32(/* id 6, wireType 0 =*/48).uint32(message.outboxOldestS);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a Heartbeat message from the specified reader or buffer.
             * @function decode
             * @memberof spotter.v1.Heartbeat
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {spotter.v1.Heartbeat & spotter.v1.Heartbeat.$Shape} Heartbeat
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            Heartbeat.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.spotter.v1.Heartbeat();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.uptimeS = value;
                            else
                                delete message.uptimeS;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.version = value;
                            else
                                delete message.version;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 2)
                                break;
                            if (!(message.models && message.models.length))
                                message.models = [];
                            message.models.push(reader.stringVerify());
                            continue;
                        }
                    case 4: {
                            if (wireType !== 2)
                                break;
                            if (!(message.cameras && message.cameras.length))
                                message.cameras = [];
                            message.cameras.push($root.spotter.v1.CameraHealth.decode(reader, reader.size(), $undefined, _depth + 1));
                            continue;
                        }
                    case 5: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.outboxEvents = value;
                            else
                                delete message.outboxEvents;
                            continue;
                        }
                    case 6: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.uint32())
                                message.outboxOldestS = value;
                            else
                                delete message.outboxOldestS;
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return Heartbeat;
        })();

        v1.CameraHealth = (function() {

            /**
             * Properties of a CameraHealth.
             * @typedef {Object} spotter.v1.CameraHealth.$Properties
             * @property {string} [camera] CameraHealth camera
             * @property {spotter.v1.Supervision} [state] CameraHealth state
             * @property {number|null} [decisionP50] CameraHealth decisionP50
             * @property {number|null} [decisionP99] CameraHealth decisionP99
             * @property {Array.<number>} [frames] CameraHealth frames
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */

            /**
             * Properties of a CameraHealth.
             * @memberof spotter.v1
             * @interface ICameraHealth
             * @augments spotter.v1.CameraHealth.$Properties
             * @deprecated Use spotter.v1.CameraHealth.$Properties instead.
             */

            /**
             * Shape of a CameraHealth.
             * @typedef {spotter.v1.CameraHealth.$Properties} spotter.v1.CameraHealth.$Shape
             */

            /**
             * Constructs a new CameraHealth.
             * @memberof spotter.v1
             * @classdesc Represents a CameraHealth.
             * @constructor
             * @param {spotter.v1.CameraHealth.$Properties=} [properties] Properties to set
             * @property {Array.<Uint8Array>} [$unknowns] Unknown fields preserved while decoding when enabled
             */
            const CameraHealth = function (properties) {
                this.frames = [];
                if (properties)
                    for (let keys = $Object.keys(properties), i = 0; i < keys.length; ++i)
                        if (properties[keys[i]] != null && keys[i] !== "__proto__")
                            this[keys[i]] = properties[keys[i]];
            };

            /**
             * CameraHealth camera.
             * @member {string} camera
             * @memberof spotter.v1.CameraHealth
             * @instance
             */
            CameraHealth.prototype.camera = "";

            /**
             * CameraHealth state.
             * @member {spotter.v1.Supervision} state
             * @memberof spotter.v1.CameraHealth
             * @instance
             */
            CameraHealth.prototype.state = 0;

            /**
             * CameraHealth decisionP50.
             * @member {number|null} decisionP50
             * @memberof spotter.v1.CameraHealth
             * @instance
             */
            CameraHealth.prototype.decisionP50 = null;

            /**
             * CameraHealth decisionP99.
             * @member {number|null} decisionP99
             * @memberof spotter.v1.CameraHealth
             * @instance
             */
            CameraHealth.prototype.decisionP99 = null;

            /**
             * CameraHealth frames.
             * @member {Array.<number>} frames
             * @memberof spotter.v1.CameraHealth
             * @instance
             */
            CameraHealth.prototype.frames = $util.emptyArray;

            // OneOf field names bound to virtual getters and setters
            let $oneOfFields;

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(CameraHealth.prototype, "_decisionP50", {
                get: $util.oneOfGetter($oneOfFields = ["decisionP50"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            // Virtual OneOf for proto3 optional field
            $Object.defineProperty(CameraHealth.prototype, "_decisionP99", {
                get: $util.oneOfGetter($oneOfFields = ["decisionP99"]),
                set: $util.oneOfSetter($oneOfFields)
            });

            /**
             * Encodes the specified CameraHealth message. Does not implicitly {@link spotter.v1.CameraHealth.verify|verify} messages.
             * @function encode
             * @memberof spotter.v1.CameraHealth
             * @static
             * @param {spotter.v1.CameraHealth.$Properties} message CameraHealth message or plain object to encode
             * @param {$protobuf.Writer} [writer] Writer to encode to
             * @returns {$protobuf.Writer} Writer
             */
            CameraHealth.encode = function (message, writer, _depth) {
                if (!writer)
                    writer = $Writer.create();
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $util.recursionLimit)
                    throw $Error("max depth exceeded");
                if (message.camera != null && $Object.hasOwnProperty.call(message, "camera") && message.camera !== "")
                    writer.uint32(/* id 1, wireType 2 =*/10).string(message.camera);
                if (message.state != null && $Object.hasOwnProperty.call(message, "state") && message.state !== 0)
                    writer.uint32(/* id 2, wireType 0 =*/16).int32(message.state);
                if (message.decisionP50 != null && $Object.hasOwnProperty.call(message, "decisionP50"))
                    writer.uint32(/* id 3, wireType 0 =*/24).uint32(message.decisionP50);
                if (message.decisionP99 != null && $Object.hasOwnProperty.call(message, "decisionP99"))
                    writer.uint32(/* id 4, wireType 0 =*/32).uint32(message.decisionP99);
                if (message.frames != null && message.frames.length)
                    writer.uint32(/* id 5, wireType 2 =*/42).uint32s(message.frames);
                if (message.$unknowns != null && $Object.hasOwnProperty.call(message, "$unknowns"))
                    for (let i = 0; i < message.$unknowns.length; ++i)
                        writer.raw(message.$unknowns[i]);
                return writer;
            };

            /**
             * Decodes a CameraHealth message from the specified reader or buffer.
             * @function decode
             * @memberof spotter.v1.CameraHealth
             * @static
             * @param {$protobuf.Reader|Uint8Array} reader Reader or buffer to decode from
             * @param {number} [length] Message length if known beforehand
             * @returns {spotter.v1.CameraHealth & spotter.v1.CameraHealth.$Shape} CameraHealth
             * @throws {Error} If the payload is not a reader or valid buffer
             * @throws {$protobuf.util.ProtocolError} If required fields are missing
             */
            CameraHealth.decode = function (reader, length, _end, _depth, _target) {
                if (!(reader instanceof $Reader))
                    reader = $Reader.create(reader);
                if (_depth === $undefined)
                    _depth = 0;
                if (_depth > $Reader.recursionLimit)
                    throw $Error("max depth exceeded");
                let end, message, value;
                if (length === $undefined)
                    end = reader.len;
                else {
                    end = reader.pos + length;
                    if (end > reader.len)
                        throw $RangeError("index out of range");
                    length = reader.len;
                    reader.len = end;
                }
                message = _target || new $root.spotter.v1.CameraHealth();
                while (reader.pos < end) {
                    let start = reader.pos;
                    let tag = reader.tag();
                    if (tag === _end) {
                        _end = $undefined;
                        break;
                    }
                    let wireType = tag & 7;
                    switch (tag >>>= 3) {
                    case 1: {
                            if (wireType !== 2)
                                break;
                            if ((value = reader.stringVerify()).length)
                                message.camera = value;
                            else
                                delete message.camera;
                            continue;
                        }
                    case 2: {
                            if (wireType !== 0)
                                break;
                            if (value = reader.int32())
                                message.state = value;
                            else
                                delete message.state;
                            continue;
                        }
                    case 3: {
                            if (wireType !== 0)
                                break;
                            message.decisionP50 = reader.uint32();
                            message._decisionP50 = "decisionP50";
                            continue;
                        }
                    case 4: {
                            if (wireType !== 0)
                                break;
                            message.decisionP99 = reader.uint32();
                            message._decisionP99 = "decisionP99";
                            continue;
                        }
                    case 5: {
                            if (wireType === 2) {
                                if (!(message.frames && message.frames.length))
                                    message.frames = [];
                                reader.uint32s(message.frames);
                                continue;
                            }
                            if (wireType !== 0)
                                break;
                            if (!(message.frames && message.frames.length))
                                message.frames = [];
                            message.frames.push(reader.uint32());
                            continue;
                        }
                    }
                    reader.skipType(wireType, _depth, tag);
                    if (!reader.discardUnknown) {
                        $util.makeProp(message, "$unknowns", false);
                        (message.$unknowns || (message.$unknowns = [])).push(reader.raw(start, reader.pos));
                    }
                }
                if (length !== $undefined) {
                    if (reader.pos !== end)
                        throw $RangeError("index out of range");
                    reader.len = length;
                }
                if (_end !== $undefined)
                    throw $Error("missing end group");
                return message;
            };

            return CameraHealth;
        })();

        return v1;
    })();

    return spotter;
})();

export {
  $root as default
};
