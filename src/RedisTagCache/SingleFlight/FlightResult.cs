using RedisTagCache.Entries;
using RedisTagCache.Invalidation;

namespace RedisTagCache.SingleFlight;

/// <summary>Represents the result of a flight, for all its callers.</summary>
/// <param name="Value">The value, for the caller that began it.</param>
/// <param name="Plain">The value's bytes, for callers that joined and for the local cache, if the value cannot be shared.</param>
/// <param name="Length">The size of the value in bytes; null if it could not be serialized, or is not to be stored.</param>
/// <param name="PayloadFlags">Whether it is null.</param>
/// <param name="Version">When the value began; the type's default when nothing was known of Redis.</param>
/// <param name="Tags">The ids of its tags.</param>
internal sealed record FlightResult<T>(T Value, ReadOnlyMemory<byte> Plain, int? Length, byte PayloadFlags, CacheVersion Version, byte[][] Tags)
{
    /// <summary>What was known of removals when it began; null for a value that is valid until its removal is received.</summary>
    public RemovalMoment? StartedAt { get; set; }

    /// <summary>Whether it counts as started before its own lookup, so that callers that joined before that lookup have to check it too.</summary>
    public bool IsOlder { get; init; }

    /// <summary>Whether it was neither evicted nor removed since it began, as far as this instance knows now.</summary>
    public bool IsLive(ValueAddress address) =>
        !address.Watch.IsOver
        && (address.Watch.TagState is not { Known: { } state } tagState
            || (Version.Stamp.IsSameGeneration(state.Stamp) && !state.IsPast(Version.Stamp, Tags, tagState.UnconfirmedAt(StartedAt?.Unconfirmed ?? 0))))
        && (StartedAt is not { Number: >= 0 } startedAt || !address.Watch.Removals.IsSuperseded(address.Name, startedAt, startedAt.Number));
}
