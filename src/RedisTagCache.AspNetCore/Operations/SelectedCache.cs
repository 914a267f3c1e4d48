using Microsoft.AspNetCore.Http;
using RedisTagCache.DependencyInjection;
using RedisTagCache.DependencyInjection.Configuration;

namespace RedisTagCache.AspNetCore.Operations;

/// <summary>The cache that a request of the operations page is about: the one that its query names, or the first.</summary>
/// <param name="caches">The caches of the application.</param>
internal sealed class SelectedCache(RegisteredCaches caches)
{
    private const string Parameter = "cache";

    /// <summary>Gets the names of all caches, as they are shown.</summary>
    public IReadOnlyList<string> Names { get; } = [.. caches.Names.Order(StringComparer.Ordinal).Select(CacheNames.Shown)];

    /// <summary>Returns the name of the selected cache, as it is shown.</summary>
    /// <exception cref="ArgumentException">There is no such cache.</exception>
    public string NameIn(HttpContext context)
    {
        if (context.Request.Query[Parameter] is not [{ Length: > 0 } name])
            return Names[0];
        return Names.Contains(name, StringComparer.Ordinal) ? name : throw new ArgumentException($"There is no cache of that name. There are: {string.Join(", ", Names)}.");
    }

    /// <summary>Returns a service of the selected cache.</summary>
    public T Get<T>(HttpContext context)
        where T : notnull => PartsOf(context).Get<T>();

    /// <summary>Returns a service of the selected cache, if it has it.</summary>
    public T? Find<T>(HttpContext context)
        where T : class => PartsOf(context).Find<T>();

    private CacheParts PartsOf(HttpContext context)
    {
        var name = NameIn(context);
        return new CacheParts(context.RequestServices, name == CacheNames.Unnamed ? "" : name);
    }
}
