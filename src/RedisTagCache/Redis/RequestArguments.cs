using StackExchange.Redis;

namespace RedisTagCache.Redis;

/// <summary>
/// Arguments for the client's calls that write a request at once, in their caller's thread, and keep nothing of them: so each thread has room for the
/// arguments of one call, used again for the next.
/// </summary>
internal static class RequestArguments
{
    [ThreadStatic]
    private static RedisKeyOrValue[]? _pair;

    /// <summary>Two keys, until the next call of this in the same thread.</summary>
    public static ReadOnlyMemory<RedisKeyOrValue> Of(in RedisKey first, in RedisKey second)
    {
        var pair = _pair ??= new RedisKeyOrValue[2];
        (pair[0], pair[1]) = (first, second);
        return pair;
    }
}
