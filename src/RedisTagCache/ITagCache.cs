namespace RedisTagCache;

/// <summary>
/// Values of any type under a key, with tags, computed once for the whole fleet and kept in Redis and in the memory of each instance.
/// The same cache as <c>HybridCache</c>, with what its options cannot say: stale-while-revalidate, fail-safe, profiles, lifetimes and tags
/// that the factory decides.
/// </summary>
/// <remarks>
/// <para>
/// Trouble with Redis fails no get and no set: values then come from memory or from the factory. Removals and evictions throw
/// <see cref="RedisTagCacheUnavailableException"/>, take effect in this instance at once, and are retried until Redis confirms them.
/// </para>
/// <para>Values of immutable types are shared between callers; of other types each caller gets an own instance. All members are safe for concurrent use.</para>
/// </remarks>
public interface ITagCache
{
    /// <summary>Gives the value of a key; when there is none, has it computed: once, whatever the number of callers and of instances.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="key">The key: a non-empty string. One longer than <see cref="RedisTagCacheOptions.MaximumKeyLength"/> is computed for each caller and not kept.</param>
    /// <param name="factory">Computes the value. It runs in the first caller's flow; it is cancelled when all of its callers have stopped waiting.</param>
    /// <param name="policy">How the value is kept: a policy, or the name of a profile. Default: the profile <c>default</c>.</param>
    /// <param name="tags">The tags by which the value can be evicted. Default none.</param>
    /// <param name="cancellationToken">Ends this caller's wait.</param>
    /// <returns>The value; a stale one within the windows of the policy.</returns>
    /// <exception cref="ArgumentException">The key is empty, a tag is not valid, or the policy is out of range or names no profile.</exception>
    ValueTask<T> GetOrCreateAsync<T>(
        string key,
        Func<CacheContext, CancellationToken, ValueTask<T>> factory,
        CachePolicy? policy = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default);

    /// <summary>The same with a state for the factory, so that it need not be a closure.</summary>
    /// <typeparam name="TState">The type of the state.</typeparam>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="state">Handed to the factory.</param>
    /// <param name="factory">Computes the value.</param>
    /// <param name="policy">How the value is kept.</param>
    /// <param name="tags">The tags by which the value can be evicted. Default none.</param>
    /// <param name="cancellationToken">Ends this caller's wait.</param>
    /// <returns>The value; a stale one within the windows of the policy.</returns>
    /// <exception cref="ArgumentException">The key is empty, a tag is not valid, or the policy is out of range or names no profile.</exception>
    ValueTask<T> GetOrCreateAsync<TState, T>(
        string key,
        TState state,
        Func<TState, CacheContext, CancellationToken, ValueTask<T>> factory,
        CachePolicy? policy = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default);

    /// <summary>Gives the value of a key if there is one. Computes nothing and refreshes nothing.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="policy">Its flags are heeded, nothing else. Default: the profile <c>default</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The value, if there is one, fresh or within its stale window.</returns>
    /// <exception cref="ArgumentException">The key is empty, or the policy is out of range or names no profile.</exception>
    ValueTask<CacheValue<T>> TryGetAsync<T>(string key, CachePolicy? policy = null, CancellationToken cancellationToken = default);

    /// <summary>Keeps a value, in place of any that is there or is just being computed.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="value">The value. It is serialized before this returns; an error of the serializer is thrown.</param>
    /// <param name="policy">How the value is kept. Default: the profile <c>default</c>.</param>
    /// <param name="tags">The tags by which the value can be evicted. Default none.</param>
    /// <param name="cancellationToken">Ends the wait; the write may still reach Redis.</param>
    /// <returns>A task that completes when the value is kept, or could not be.</returns>
    /// <exception cref="ArgumentException">The key is empty, a tag is not valid, or the policy is out of range or names no profile.</exception>
    ValueTask SetAsync<T>(string key, T value, CachePolicy? policy = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default);

    /// <summary>Removes a value of this build from every instance, and keeps one that is just being computed from being kept.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the wait; the removal goes on.</param>
    /// <returns>A task that completes when Redis has confirmed the removal. Other instances' memory follows within a moment.</returns>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not confirm it. It is retried until Redis does.</exception>
    ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Makes everything that carries the tag dead: values, pages, and what is just being computed. The tag <c>*</c> stands for all values and pages.</summary>
    /// <param name="tag">The tag: a non-empty string.</param>
    /// <param name="cancellationToken">Ends the wait; the eviction goes on.</param>
    /// <returns>A task that completes when Redis has confirmed the eviction. Other instances' memory follows within a moment.</returns>
    /// <exception cref="ArgumentException">The tag is not valid.</exception>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not confirm it. It is retried until Redis does.</exception>
    ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken = default);

    /// <summary>The same for several tags.</summary>
    /// <param name="tags">The tags. Entries that are null or empty are skipped.</param>
    /// <param name="cancellationToken">Ends the wait; the eviction goes on.</param>
    /// <returns>A task that completes when Redis has confirmed the eviction.</returns>
    /// <exception cref="ArgumentException">A tag is not valid.</exception>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not confirm it. It is retried until Redis does.</exception>
    ValueTask EvictByTagAsync(IEnumerable<string> tags, CancellationToken cancellationToken = default);

    /// <summary>Makes all entries with the tag stale. They are still returned while one instance refreshes them.</summary>
    /// <param name="tag">The tag: a non-empty string.</param>
    /// <param name="cancellationToken">Ends the wait; the expiry goes on.</param>
    /// <returns>A task that completes when Redis has confirmed the expiry.</returns>
    /// <exception cref="ArgumentException">The tag is not valid.</exception>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not confirm it. It is retried until Redis does.</exception>
    ValueTask ExpireByTagAsync(string tag, CancellationToken cancellationToken = default);

    /// <summary>The same for several tags.</summary>
    /// <param name="tags">The tags. Entries that are null or empty are skipped.</param>
    /// <param name="cancellationToken">Ends the wait; the expiry goes on.</param>
    /// <returns>A task that completes when Redis has confirmed the expiry.</returns>
    /// <exception cref="ArgumentException">A tag is not valid.</exception>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not confirm it. It is retried until Redis does.</exception>
    ValueTask ExpireByTagAsync(IEnumerable<string> tags, CancellationToken cancellationToken = default);
}
