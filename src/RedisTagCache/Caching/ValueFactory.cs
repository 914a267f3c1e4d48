namespace RedisTagCache.Caching;

/// <summary>Computes a value, in whatever shape the caller has it.</summary>
internal abstract class ValueFactory<T>
{
    public abstract ValueTask<T> RunAsync(CacheContext context, CancellationToken cancellationToken);
}

/// <summary>The shape of <c>HybridCache</c>.</summary>
internal sealed class PlainFactory<TState, T>(TState state, Func<TState, CancellationToken, ValueTask<T>> factory) : ValueFactory<T>
{
    public override ValueTask<T> RunAsync(CacheContext context, CancellationToken cancellationToken) => factory(state, cancellationToken);
}

/// <summary>The shape of <see cref="ITagCache"/>.</summary>
internal sealed class ContextFactory<TState, T>(TState state, Func<TState, CacheContext, CancellationToken, ValueTask<T>> factory) : ValueFactory<T>
{
    public override ValueTask<T> RunAsync(CacheContext context, CancellationToken cancellationToken) => factory(state, context, cancellationToken);
}

/// <summary>For calls that compute nothing.</summary>
internal sealed class NoFactory<T> : ValueFactory<T>
{
    public static NoFactory<T> Instance { get; } = new();

    public override ValueTask<T> RunAsync(CacheContext context, CancellationToken cancellationToken) => throw new InvalidOperationException("This call computes nothing.");
}
