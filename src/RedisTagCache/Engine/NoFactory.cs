namespace RedisTagCache.Engine;

/// <summary>For calls that compute nothing.</summary>
internal sealed class NoFactory<T> : ValueFactory<T>
{
    public static NoFactory<T> Instance { get; } = new();

    public override ValueTask<T> RunAsync(CacheContext context, CancellationToken cancellationToken) => throw new InvalidOperationException("This call computes nothing.");
}
