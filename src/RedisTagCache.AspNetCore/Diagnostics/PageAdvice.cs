using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using RedisTagCache.Diagnostics.Advice;

namespace RedisTagCache.AspNetCore.Diagnostics;

/// <summary>Checks the policies of pages when the pages are stored, because no policy can be read before it runs. Logs each problem once.</summary>
internal sealed class PageAdvice(IOptions<HostFilteringOptions> hosts, ILoggerFactory loggers)
{
    private static readonly object _isReported = new();
    private static readonly DocumentationLink _replay = new("security.md#understand-replayed-requests");
    private static readonly DocumentationLink _host = new("security.md#check-the-host-header");

    private readonly ILogger _logger = loggers.CreateLogger(AdviceCategory.Name);
    private readonly ConditionalWeakTable<Endpoint, object> _reported = [];
    private int _isHostReported;

    /// <summary>Checks the policies that a page was made with.</summary>
    /// <param name="endpoint">The endpoint of the page.</param>
    /// <param name="rules">What the page varies by.</param>
    /// <param name="staleWindow">How long the page is served after its expiration.</param>
    public void Check(Endpoint? endpoint, CacheVaryByRules rules, TimeSpan staleWindow)
    {
        if (staleWindow > TimeSpan.Zero && VariesByVisitor(rules) && endpoint is not null && _reported.TryAdd(endpoint, _isReported))
            Log.VisitorPageStale(_logger, endpoint.DisplayName, (long)staleWindow.TotalSeconds, _replay);
        if (!rules.VaryByHost && _isHostReported == 0 && AcceptsEveryHost(endpoint) && Interlocked.Exchange(ref _isHostReported, 1) == 0)
            Log.HostNotVaried(_logger, endpoint?.DisplayName, _host);
    }

    private static bool VariesByVisitor(CacheVaryByRules rules)
    {
        foreach (var header in rules.HeaderNames)
        {
            if (HeaderNames.Cookie.Equals(header, StringComparison.OrdinalIgnoreCase) || HeaderNames.Authorization.Equals(header, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    private bool AcceptsEveryHost(Endpoint? endpoint) =>
        endpoint?.Metadata.GetMetadata<IHostMetadata>() is not { Hosts.Count: > 0 }
        && (hosts.Value.AllowedHosts.Count == 0 || hosts.Value.AllowedHosts.Any(static host => host is "*" or "[::]" or "0.0.0.0"));
}
