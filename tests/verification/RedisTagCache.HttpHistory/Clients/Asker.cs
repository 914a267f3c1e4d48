using System.Diagnostics;
using System.Globalization;
using System.Text;
using RedisTagCache.HttpHistory.Application;
using RedisTagCache.HttpHistory.Evictions;

namespace RedisTagCache.HttpHistory.Clients;

/// <summary>Makes up requests at random, of all that clients send.</summary>
internal sealed class Asker(AppPlan plan, IReadOnlyList<Target> targets, Variants variants, Burst burst, int instance, int seed)
{
    private static readonly long _copiesFollow = 2 * Stopwatch.Frequency;
    private static long _requests;

    private readonly Random _random = new(seed);
    private readonly StringBuilder _text = new();
    private readonly byte[] _bytes = new byte[4_096];
    private readonly Target[] _small = [.. targets.Where(static target => !target.Page.IsLarge)];
    private readonly Target[] _large = [.. targets.Where(static target => target.Page.IsLarge)];

    public Random Random => _random;

    /// <summary>Makes up the next request.</summary>
    /// <param name="ask">What it is.</param>
    /// <param name="isLarge">Whether it is for a large page.</param>
    public ReadOnlyMemory<byte> Next(Ask ask, bool isLarge = false)
    {
        var target = isLarge ? _large[_random.Next(_large.Length)]
            : _random.Next(5) < 2 && burst.Target is { } together ? together
            : _small[_random.Next(_random.Next(2) == 0 ? _small.Length : Math.Min(8, _small.Length))];
        var page = target.Page;
        var isOdd = _random.Next(4) == 0;
        ask.Target = target;
        ask.Instance = instance;
        ask.Number = Interlocked.Increment(ref _requests);
        ask.IsHead = isOdd && page.Shape is not (PageShape.Post or PageShape.Fallback) && !page.IsLarge && _random.Next(6) == 0;
        ask.Host = page.IsLarge ? 0 : _random.Next(4) / 3;
        ask.Tenant = page.HasTenants ? 1 + _random.Next(2) : 0;
        ask.User = isOdd && !page.IsLarge ? _random.Next(3) : 0;
        ask.Flavor = _random.Next(4) / 3;
        ask.Query = page.VariesByQuery ? _random.Next(Target.Queries) : 0;
        var path = isOdd ? Spelling.Of(page, target.Resource, _random) : Spelling.Natural(page, target.Resource);
        ask.IsNaturalPath = !isOdd || Uri.UnescapeDataString(path).TrimEnd('/').EndsWith(page.Path(target.Resource), StringComparison.OrdinalIgnoreCase);
        ask.Address = path + Spelling.Query(page, ask.Query, _random);
        var host = plan.VariesByHost ? ask.Host : 0;
        var flavor = page.VariesByFlavor || plan.BaseVariesByFlavor ? ask.Flavor : 0;
        ask.Variant = variants.Of(string.Create(CultureInfo.InvariantCulture, $"{page.Id} {ask.IsHead} {host} {ask.Tenant} {ask.User} {flavor} {(isOdd ? Spelling.Plain(path) : page.Path(target.Resource))} {ask.Query}"));
        var request = Write(ask, isOdd);
        Look(ask);
        return request;
    }

    /// <summary>Notes what is known just before it is sent.</summary>
    private void Look(Ask ask)
    {
        var page = ask.Target.Page;
        var grace = plan.LocalCacheBytes > 0 && !page.ForbidsLocalCopies && !plan.BaseForbidsLocalCopies ? _copiesFollow : 0;
        ask.Stored = ask.Variant.Stored;
        ask.Begin = Stopwatch.GetTimestamp();
        ask.HardFloor = ask.Target.Floor(isSoft: false, ask, grace);
        ask.SoftFloor = ask.Target.Floor(isSoft: true, ask, grace);
    }

    private ReadOnlyMemory<byte> Write(Ask ask, bool isOdd)
    {
        _text.Clear();
        _text.Append(ask.IsHead ? "HEAD" : ask.Target.Page.Method).Append(' ').Append(ask.Address).Append(" HTTP/1.1\r\nHost: ").Append(Names.Hosts[ask.Host]);
        _text.Append(CultureInfo.InvariantCulture, $"\r\n{Names.Request}: {ask.Number:x}\r\n{Names.Variant}: {ask.Variant.Id:x}\r\n{Names.Flavor}: {ask.Flavor:x}\r\n");
        if (ask.Tenant > 0)
            _text.Append(CultureInfo.InvariantCulture, $"{Names.Tenant}: {ask.Tenant:x}\r\n");
        if (ask.User > 0)
            _text.Append(CultureInfo.InvariantCulture, $"{Names.User}: {ask.User:x}\r\n");
        if (_random.Next(4) > 0)
            _text.Append("Cookie: seen=1\r\n");
        if (ask.Target.Page.Shape == PageShape.Post)
            _text.Append("Content-Length: 0\r\n");
        ask.IsConditional = ask.HasRange = ask.IsOnlyIfCached = false;
        if (isOdd)
            WriteOdd(ask);
        _text.Append("\r\n");
        var length = 0;
        foreach (var chunk in _text.GetChunks())
            length += Encoding.ASCII.GetBytes(chunk.Span, _bytes.AsSpan(length));
        return _bytes.AsMemory(0, length);
    }

    private void WriteOdd(Ask ask)
    {
        switch (_random.Next(16))
        {
            case 0 or 1 or 2 when ask.Variant.LastTag is { } tag:
                ask.IsConditional = true;
                _text.Append("If-None-Match: \"").Append(tag.ToString()).Append("\"\r\n");
                break;
            case 3:
                ask.IsConditional = true;
                _text.Append("If-None-Match: ").Append(_random.Next(3) switch { 0 => "*", 1 => "W/\"x\"", _ => "\"x\", \"y\"" }).Append("\r\n");
                break;
            case 4:
                ask.IsConditional = true;
                var since = DateTimeOffset.UtcNow.AddSeconds(_random.Next(-10, 10));
                _text.Append("If-Modified-Since: ").Append(_random.Next(4) == 0 ? "yesterday" : since.ToString("R", CultureInfo.InvariantCulture)).Append("\r\n");
                break;
            case 5 or 6:
                ask.HasRange = true;
                _text.Append("Range: ").Append(_random.Next(3) switch { 0 => "bytes=0-9", 1 => "bytes=-5", _ => "lines=x" }).Append("\r\n");
                break;
            case 7:
                ask.IsOnlyIfCached = _random.Next(2) == 0;
                _text.Append("Cache-Control: ").Append(ask.IsOnlyIfCached ? "only-if-cached" : "no-cache, max-age=0").Append("\r\n");
                break;
            case 8:
                _text.Append("Accept-Encoding: gzip, br;q=0.1\r\nAccept: */*;q=0\r\nPragma: no-cache\r\n");
                break;
        }
    }
}
