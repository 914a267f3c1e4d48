namespace RedisTagCache.AspNetCore.Tests.Peers;

/// <summary>One instance of a fleet that keeps tagged values in one Redis, with a connection and a memory of its own.</summary>
internal interface IPeer : IAsyncDisposable
{
    /// <summary>What a reader is given without computing anything; null for a miss.</summary>
    ValueTask<string?> ReadAsync(string key);

    /// <summary>Looks up, and on a miss computes and writes, in the way that the documentation of the design asks for.</summary>
    ValueTask GetOrComputeAsync(string key, string tag, Func<Task<string>> compute);

    ValueTask EvictAsync(string tag);
}
