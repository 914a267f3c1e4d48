using System.Text.Json.Serialization;

namespace RedisTagCache.AotSmoke;

internal sealed record Point(int X, string Name);

/// <summary>What the worker keeps, known when it is compiled.</summary>
[JsonSerializable(typeof(Point))]
internal sealed partial class SmokeJson : JsonSerializerContext;
