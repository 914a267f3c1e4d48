using StackExchange.Redis;

namespace RedisTagCache.Redis;

/// <summary>
/// Room for the arguments of the client's calls that write a request at once, in their caller's thread, and keep nothing of them: so each thread has room
/// for one call, used again for the next.
/// </summary>
internal static class RequestArguments
{
    [ThreadStatic]
    private static RedisKeyOrValue[]? _room;

    /// <summary>Room for so many, until the next call of this in the same thread.</summary>
    public static Memory<RedisKeyOrValue> Take(int count)
    {
        var room = _room;
        if (room is null || room.Length < count)
            _room = room = new RedisKeyOrValue[Math.Max(count, 8)];
        return room.AsMemory(0, count);
    }
}
