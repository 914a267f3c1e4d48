namespace RedisTagCache;

/// <summary>
/// Caches values of any type under a key, with tags. A value is computed once for the whole fleet and stored in Redis and in the local cache of each instance.
/// It is the same cache as <c>HybridCache</c>, with features that its options do not have: stale-while-revalidate, fail-safe, profiles, and lifetimes and tags
/// that the factory sets.
/// </summary>
/// <remarks>
/// <para>
/// If Redis fails, gets and sets do not throw: values come from memory or from the factory. Removals and evictions throw
/// <see cref="RedisTagCacheUnavailableException"/>, take effect in this instance at once, and are retried until Redis confirms them.
/// </para>
/// <para>Callers share values of immutable types, and get an instance of their own for other types. All members are thread-safe.</para>
/// </remarks>
public interface ITagCache
{
    /// <summary>Gets the value of a key, or creates it if there is none: once, whatever the number of callers and instances.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="key">The key: a non-empty string. If it is longer than <see cref="RedisTagCacheOptions.MaximumKeyLength"/>, the value is computed for each caller and not stored.</param>
    /// <param name="factory">Computes the value. It runs in the execution context of the first caller, and is canceled if all callers have stopped waiting.</param>
    /// <param name="policy">How the value is cached. The default is the profile <c>default</c>.</param>
    /// <param name="tags">The tags by which the value can be evicted.</param>
    /// <param name="cancellationToken">Ends this caller's wait.</param>
    /// <returns>The value. Within the windows of the policy, it can be stale.</returns>
    /// <exception cref="ArgumentException">The key is empty, a tag is not valid, or the policy is out of range or names no profile.</exception>
    ValueTask<T> GetOrCreateAsync<T>(
        string key,
        Func<CacheContext, CancellationToken, ValueTask<T>> factory,
        CachePolicy? policy = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default);

    /// <summary>Gets the value of a key, or creates it if there is none, with a state for the factory, so that the factory does not need a closure.</summary>
    /// <typeparam name="TState">The type of the state.</typeparam>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="state">The state that is passed to the factory.</param>
    /// <param name="factory">Computes the value.</param>
    /// <param name="policy">How the value is cached.</param>
    /// <param name="tags">The tags by which the value can be evicted.</param>
    /// <param name="cancellationToken">Ends this caller's wait.</param>
    /// <returns>The value. Within the windows of the policy, it can be stale.</returns>
    /// <exception cref="ArgumentException">The key is empty, a tag is not valid, or the policy is out of range or names no profile.</exception>
    ValueTask<T> GetOrCreateAsync<TState, T>(
        string key,
        TState state,
        Func<TState, CacheContext, CancellationToken, ValueTask<T>> factory,
        CachePolicy? policy = null,
        IEnumerable<string>? tags = null,
        CancellationToken cancellationToken = default);

    /// <summary>Gets the value of a key if there is one. It does not compute or refresh anything.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="policy">Only its flags apply. The default is the profile <c>default</c>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The value, if there is one, fresh or within its stale window.</returns>
    /// <exception cref="ArgumentException">The key is empty, or the policy is out of range or names no profile.</exception>
    ValueTask<CacheValue<T>> TryGetAsync<T>(string key, CachePolicy? policy = null, CancellationToken cancellationToken = default);

    /// <summary>Sets a value, replacing any that exists or is being computed.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="value">The value. It is serialized before the method returns, and errors of the serializer are thrown.</param>
    /// <param name="policy">How the value is cached. The default is the profile <c>default</c>.</param>
    /// <param name="tags">The tags by which the value can be evicted.</param>
    /// <param name="cancellationToken">Ends the wait; the write may still reach Redis.</param>
    /// <returns>A task that completes when the value is stored, or could not be.</returns>
    /// <exception cref="ArgumentException">The key is empty, a tag is not valid, or the policy is out of range or names no profile.</exception>
    ValueTask SetAsync<T>(string key, T value, CachePolicy? policy = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default);

    /// <summary>Removes a value of this build from all instances. A value that is being computed is not stored.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the wait; the removal continues.</param>
    /// <returns>A task that completes when Redis has confirmed the removal. The local caches of other instances follow, usually within milliseconds.</returns>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not confirm it. It is retried until Redis does.</exception>
    ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default);

    /// <summary>Evicts all entries with the tag: values, pages, and those that are being computed. The tag <c>*</c> stands for all values and pages.</summary>
    /// <param name="tag">The tag: a non-empty string.</param>
    /// <param name="cancellationToken">Ends the wait; the eviction continues.</param>
    /// <returns>A task that completes when Redis has confirmed the eviction. The local caches of other instances follow, usually within milliseconds.</returns>
    /// <exception cref="ArgumentException">The tag is not valid.</exception>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not confirm it. It is retried until Redis does.</exception>
    ValueTask EvictByTagAsync(string tag, CancellationToken cancellationToken = default);

    /// <summary>The same for several tags.</summary>
    /// <param name="tags">The tags. Entries that are null or empty are skipped.</param>
    /// <param name="cancellationToken">Ends the wait; the eviction continues.</param>
    /// <returns>A task that completes when Redis has confirmed the eviction.</returns>
    /// <exception cref="ArgumentException">A tag is not valid.</exception>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not confirm it. It is retried until Redis does.</exception>
    ValueTask EvictByTagAsync(IEnumerable<string> tags, CancellationToken cancellationToken = default);

    /// <summary>Makes all entries with the tag stale. They are still returned while one instance refreshes them.</summary>
    /// <param name="tag">The tag: a non-empty string.</param>
    /// <param name="cancellationToken">Ends the wait; the expiry continues.</param>
    /// <returns>A task that completes when Redis has confirmed the expiry.</returns>
    /// <exception cref="ArgumentException">The tag is not valid.</exception>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not confirm it. It is retried until Redis does.</exception>
    ValueTask ExpireByTagAsync(string tag, CancellationToken cancellationToken = default);

    /// <summary>The same for several tags.</summary>
    /// <param name="tags">The tags. Entries that are null or empty are skipped.</param>
    /// <param name="cancellationToken">Ends the wait; the expiry continues.</param>
    /// <returns>A task that completes when Redis has confirmed the expiry.</returns>
    /// <exception cref="ArgumentException">A tag is not valid.</exception>
    /// <exception cref="RedisTagCacheUnavailableException">Redis did not confirm it. It is retried until Redis does.</exception>
    ValueTask ExpireByTagAsync(IEnumerable<string> tags, CancellationToken cancellationToken = default);

    /// <summary>
    /// Begins a scope for values that are made of data read from now on. A value that this cache or <c>HybridCache</c> computes in the scope counts as started when the
    /// scope began. If one of its tags was evicted since, the caller gets the value, but it is not cached. The call does no I/O.
    /// </summary>
    /// <remarks>The scope covers the current flow of control until it is disposed, for one minute at most. Begin it before the first read.</remarks>
    /// <returns>The scope.</returns>
    IDisposable BeginScope();
}
