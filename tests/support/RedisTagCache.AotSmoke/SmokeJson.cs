using System.ComponentModel;
using System.Text.Json.Serialization;

namespace RedisTagCache.AotSmoke;

internal sealed record Point(int X, string Name);

/// <summary>One object serves all callers.</summary>
[ImmutableObject(true)]
internal sealed record Shared(string Name);

/// <summary>In no context, so it cannot be cached.</summary>
internal sealed record Unknown(string Name);

/// <summary>Part of an address, by name or by number.</summary>
internal enum Section
{
    News,
    Sports,
}

/// <summary>What the program keeps and answers, known when it is compiled.</summary>
[JsonSerializable(typeof(Point))]
[JsonSerializable(typeof(Shared))]
[JsonSerializable(typeof(int))]
internal sealed partial class SmokeJson : JsonSerializerContext;
