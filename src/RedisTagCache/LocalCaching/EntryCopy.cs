using System.Collections.Immutable;
using RedisTagCache.Entries;

namespace RedisTagCache.LocalCaching;

/// <summary>A copy of an entry's payload, as it was found in Redis.</summary>
internal sealed class EntryCopy(ValueAddress address, ValueLookup found, ImmutableArray<byte> payload, CopyTimes times, int size)
    : LocalCopy(address, found.EntryVersion, found.Moment.Number, found.Tags, found.Identity, times, size)
{
    public ImmutableArray<byte> Payload => payload;
}
