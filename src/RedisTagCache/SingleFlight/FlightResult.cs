using RedisTagCache.Entries;
using RedisTagCache.Invalidation;

namespace RedisTagCache.SingleFlight;

/// <summary>What a flight brought, for all who are on it.</summary>
/// <param name="Value">For the one who began it.</param>
/// <param name="Plain">The value's bytes, for those who joined and for copies, where it is not to be shared.</param>
/// <param name="Length">How many bytes the value has; nothing when it could not be serialized, or is not to be kept.</param>
/// <param name="PayloadFlags">Whether it is null.</param>
/// <param name="Version">When the value began; the type's default when nothing was known of Redis.</param>
/// <param name="Tags">The ids of its tags.</param>
internal sealed record FlightResult<T>(T Value, ReadOnlyMemory<byte> Plain, int? Length, byte PayloadFlags, CacheVersion Version, byte[][] Tags)
{
    /// <summary>What was known of removals when it began; nothing for what holds until its removal is heard of.</summary>
    public RemovalMoment? StartedAt { get; set; }

    /// <summary>Whether it counts as started before its own lookup, so that who joined before that lookup has to doubt it too.</summary>
    public bool IsOlder { get; init; }

    /// <summary>Whether it was neither evicted nor removed since it began, as far as this instance knows now.</summary>
    public bool IsLive(ValueAddress address) =>
        !address.Watch.IsOver
        && (address.Watch.TagState is not { Known: { } state } tagState
            || (Version.Stamp.IsSameGeneration(state.Stamp) && !state.IsPast(Version.Stamp, Tags, tagState.UnconfirmedAt(StartedAt?.Unconfirmed ?? 0))))
        && (StartedAt is not { Number: >= 0 } startedAt || !address.Watch.Removals.IsSuperseded(address.Name, startedAt, startedAt.Number));
}
