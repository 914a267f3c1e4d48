using System.Buffers;
using RedisTagCache.Commands;
using RedisTagCache.Entries;

namespace RedisTagCache;

/// <summary>Represents the result of a lookup. It holds a pooled buffer, so dispose it once after you have read the payload. Not thread-safe.</summary>
public sealed class CacheLookup : IDisposable
{
    private IMemoryOwner<byte>? _owner;
    private readonly ReadOnlyMemory<byte> _payload;

    internal CacheLookup(CacheLookupState state, CacheVersion version, DateTimeOffset createdAt, IMemoryOwner<byte> owner, ReadOnlyMemory<byte> payload)
    {
        State = state;
        Version = version;
        CreatedAt = createdAt;
        _owner = owner;
        _payload = payload;
    }

    internal CacheLookup(CacheMissReason reason, CacheVersion version, byte[]? identity = null)
    {
        MissReason = reason;
        Version = version;
        Identity = identity ?? [];
    }

    /// <summary>Gets the state: miss, fresh or stale.</summary>
    public CacheLookupState State { get; }

    /// <summary>Gets the reason for a miss, or <see cref="CacheMissReason.None"/> if it was not a miss.</summary>
    public CacheMissReason MissReason { get; }

    /// <summary>Gets whether there is a payload, fresh or stale.</summary>
    public bool HasValue => State != CacheLookupState.Miss;

    /// <summary>Gets the version for a value whose computation begins after this lookup. Pass it to <see cref="ITagCacheStore.SetAsync"/>.</summary>
    public CacheVersion Version { get; }

    /// <summary>Gets when the entry was written, by the clock of the instance that wrote it.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>Gets the bytes that were written. Empty for a miss. Valid until <see cref="Dispose"/> is called.</summary>
    /// <exception cref="ObjectDisposedException">The lookup was disposed.</exception>
    public ReadOnlyMemory<byte> Payload
    {
        get
        {
            ObjectDisposedException.ThrowIf(HasValue && _owner is null, this);
            return _payload;
        }
    }

    /// <summary>Gets whether the entry is for this caller alone: the caller's lookup began before the invalidation, and later callers must not get the entry.</summary>
    internal bool IsSuperseded { get; init; }

    /// <summary>
    /// Gets the version from which a value may be returned to this caller, if it waits for one. It is newer than <see cref="Version"/> if Redis has lost evictions that this instance knows.
    /// </summary>
    internal CacheVersion Since { get; set; }

    /// <summary>The whole entry, for a hit.</summary>
    internal ReadOnlyMemory<byte> Envelope => _owner?.Memory ?? default;

    /// <summary>The bytes that identify an invalidated entry; empty if there is none.</summary>
    internal ReadOnlyMemory<byte> Identity { get; }

    /// <summary>The bytes that identify the entry that was found, invalidated or not; empty if there is none.</summary>
    internal ReadOnlyMemory<byte> EntryIdentity => HasValue ? EntryStore.IdentityOf(_owner!.Memory.Span) : Identity;

    /// <summary>Copies the payload out.</summary>
    /// <param name="isShared">Whether other lookups, which were answered together with this one, get the same array.</param>
    internal byte[] CopyPayload(out bool isShared)
    {
        var shared = _owner as SharedEntry;
        isShared = shared is not null;
        return shared?.CopyOnce(Payload) ?? Payload.ToArray();
    }

    /// <summary>Returns the buffer to its pool. Further calls do nothing.</summary>
    public void Dispose()
    {
        _owner?.Dispose();
        _owner = null;
    }
}
