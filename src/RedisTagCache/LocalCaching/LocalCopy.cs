using System.ComponentModel;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Caching.Hybrid;
using RedisTagCache.Entries;
using RedisTagCache.Invalidation;
using RedisTagCache.Tags;

namespace RedisTagCache.LocalCaching;

/// <summary>
/// This instance's own copy of a value, with the tags, the version and the removal number of its entry. It is validated like the entry, by what
/// the instance knows, and never gets new ones. Its times are time stamps of this process.
/// </summary>
internal abstract class LocalCopy(ValueAddress address, CacheVersion version, long removal, byte[][] tags, ReadOnlyMemory<byte> identity, CopyTimes times, int size)
{
    private const int NeverFresh = -1;

    private readonly int _bornAt = address.Watch.Changes;
    private int _freshAt = NeverFresh;

    public string Name => address.Name;

    public EntryWatch Watch => address.Watch;

    public CopyTimes Times => times;

    /// <summary>When its value began, in evictions.</summary>
    public CacheVersion Version => version;

    /// <summary>The ids of its tags.</summary>
    public byte[][] Tags => tags;

    /// <summary>The newest removal that it is known not to be superseded by.</summary>
    public long Removal => removal;

    /// <summary>Gets the bytes that identify the write of its entry in Redis; empty if Redis does not have it.</summary>
    public ReadOnlyMemory<byte> Identity => identity;

    /// <summary>For one that was computed without Redis: see <see cref="RemovalMoment.Unconfirmed"/>.</summary>
    public long Unconfirmed { get; init; }

    /// <summary>Its share of the memory, in bytes.</summary>
    public int Size => size;

    /// <summary>Until when it is returned without another try after a factory failed.</summary>
    public long PausedUntil { get; set; }

    /// <summary>Whether it was returned since this was last reset.</summary>
    public bool IsUsed { get; set; }

    /// <summary>Gets or sets whether it was removed from the local cache.</summary>
    public bool IsGone { get; set; }

    /// <summary>Validates it by the tag state. The last result is used again until the instance receives a change.</summary>
    public Verdict Validate()
    {
        var watch = address.Watch;
        var changes = watch.Changes;
        if (Volatile.Read(ref _freshAt) == changes)
            return Verdict.Fresh;

        // Without a version nothing was known of Redis, and this stands until something is.
        var verdict = watch.TagState is { Known: { } state } tagState ? EntryValidator.Validate(version, tags, state, tagState.UnconfirmedAt(Unconfirmed))
            : version.IsDefault && changes == _bornAt && !watch.IsOver ? Verdict.Fresh
            : Verdict.Invalidated;
        if (verdict == Verdict.Fresh)
            Volatile.Write(ref _freshAt, changes);
        return verdict;
    }
}

/// <summary>A copy of a value of one type: the object itself if callers cannot change it; otherwise, its bytes.</summary>
internal sealed class LocalCopy<T>(
    ValueAddress address,
    CacheVersion version,
    long removal,
    byte[][] tags,
    ReadOnlyMemory<byte> identity,
    CopyTimes times,
    int size,
    T? shared,
    ReadOnlyMemory<byte> plain,
    byte flags,
    IHybridCacheSerializer<T> serializer) : LocalCopy(address, version, removal, tags, identity, times, size)
{
    public ReadOnlyMemory<byte> Plain => plain;

    public byte PayloadFlags => flags;

    /// <summary>The value, where it can be shared.</summary>
    public T? Shared => shared;

    public IHybridCacheSerializer<T> Serializer => serializer;
}

/// <summary>The life of a copy, in time stamps of this process.</summary>
/// <param name="FreshUntil">Until when the value is fresh.</param>
/// <param name="StaleUntil">Until when it is returned while it is refreshed.</param>
/// <param name="EndsAt">Until when it is returned if a factory fails.</param>
/// <param name="AskedUntil">Until when the copy is returned without a lookup in Redis.</param>
/// <param name="EagerAt">From when on it is refreshed although it is fresh.</param>
internal readonly record struct CopyTimes(long FreshUntil, long StaleUntil, long EndsAt, long AskedUntil, long EagerAt)
{
    /// <summary>Until when there is nothing to do but to give it out.</summary>
    public long QuietUntil { get; } = Math.Min(Math.Min(FreshUntil, AskedUntil), EagerAt);
}

/// <summary>Decides whether values of a type can be shared between callers, because they cannot be changed.</summary>
internal static class Immutable<T>
{
    public static bool IsShared { get; } =
        typeof(T) == typeof(string)
        || !RuntimeHelpers.IsReferenceOrContainsReferences<T>()
        || ((typeof(T).IsSealed || typeof(T).IsValueType) && typeof(T).GetCustomAttribute<ImmutableObjectAttribute>(inherit: false)?.Immutable == true);
}
