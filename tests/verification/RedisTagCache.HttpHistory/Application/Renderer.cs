using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace RedisTagCache.HttpHistory.Application;

/// <summary>The handlers of all pages of an application. Each rendering tells what it shows, and for whom.</summary>
internal sealed class Renderer(AppPlan plan, Content content, Variants variants)
{
    public const string FailureText = "The page fails.";
    private const int Piece = 64 * 1024;
    private static readonly long _refreshLasts = 4 * Stopwatch.Frequency; // with its write
    private static readonly AsyncLocal<bool> _isInRequest = new();
    private static long _renderings;

    /// <summary>Marks the flow of control of a request. That of a refresh, which runs behind it, is not marked.</summary>
    public static bool IsInRequest
    {
        get => _isInRequest.Value;
        set => _isInRequest.Value = value;
    }

    /// <summary>How many renderings there were, in the requests and behind them.</summary>
    public static long Renderings => Volatile.Read(ref _renderings);

    /// <summary>What a request has rendered, and whether it has given the response up; nothing when it rendered nothing.</summary>
    public static RenderedPage? PageOf(HttpContext context) => context.Items.TryGetValue(typeof(Renderer), out var value) ? (RenderedPage?)value : null;

    /// <summary>The thing that the route values name; -1 when there is none.</summary>
    public static int ResourceOf(PagePlan page, HttpContext context) => page.Find(
        context.Request.RouteValues["slug"] as string,
        int.TryParse(context.Request.RouteValues["id"] as string, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null);

    public async Task RenderAsync(HttpContext context, PagePlan page)
    {
        var start = Stopwatch.GetTimestamp();
        var resource = ResourceOf(page, context);
        if (resource < 0)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (page.Shape == PageShape.Fallback)
            context.Request.Path = "/index.html"; // as the fallback to a file does
        var number = Interlocked.Increment(ref _renderings);
        var dice = new Dice(plan.Seed, number);
        var took = TimeToTake(page, ref dice);
        var facts = FactsOf(context, page, resource, number, start, took);
        Note(context, facts);
        if (took > 0)
            await Task.Delay(took, context.RequestAborted);
        await AnswerAsync(context, page, facts, dice);
    }

    private void Note(HttpContext context, in Facts facts)
    {
        context.Items[typeof(Renderer)] = new RenderedPage(facts);
        if (variants.Find((int)NumberIn(context.Request.Headers[Names.Variant])) is { } variant)
            variant.Begin(facts.Number, NumberIn(context.Request.Headers[Names.Knows]), facts.IsRefresh > 0 ? facts.Start + _refreshLasts : long.MaxValue, facts.Start);
    }

    private static int TimeToTake(PagePlan page, ref Dice dice) =>
        page.Habits.HasFlag(PageHabits.Hangs) && dice.Next(200) == 0 ? 3_000 : dice.Next(4) == 0 ? 1 + dice.Next(8) : 0;

    private Facts FactsOf(HttpContext context, PagePlan page, int resource, long number, long start, int took)
    {
        var request = context.Request;
        var facts = new Facts
        {
            Number = number,
            By = NumberIn(request.Headers[Names.Request]),
            Start = start,
            Version = content.Read(page.FirstResource + resource),
            Upstream = !page.ShowsUpstream ? 0 : plan.Refreshes == RefreshState.Carried ? context.Items[nameof(UpstreamFeature)] as long? ?? 0 : context.Features.Get<UpstreamFeature>()?.Version ?? 0,
            Nonce = plan.Refreshes == RefreshState.Carried ? NumberIn(context.Response.Headers[Names.Nonce]) : context.Features.Get<NonceFeature>()?.Nonce ?? 0,
            Page = page.Id,
            Resource = resource,
            Tenant = page.HasTenants ? TenantOf(context, page) : 0,
            User = (int)NumberIn(context.User.Identity?.Name),
            Host = plan.VariesByHost ? Array.IndexOf(Names.Hosts, request.Host.Host) : 0,
            Flavor = page.VariesByFlavor || plan.BaseVariesByFlavor ? (int)NumberIn(request.Headers[Names.Flavor]) : 0,
            Query = page.VariesByQuery ? (int)NumberIn(request.Query["q"]) : 0,
            Took = took,
            IsRefresh = IsInRequest ? 0 : 1,
        };
        return facts with { Length = Math.Max(page.Size, Facts.MaxLength) };
    }

    private int TenantOf(HttpContext context, PagePlan page) =>
        plan.Refreshes == RefreshState.Carried ? (int)NumberIn(context.Request.Headers[Names.Tenant])
            : page.Id % 2 == 0 ? context.RequestServices.GetRequiredService<TenantContext>().Tenant
            : TenantContext.Current;

    private async Task AnswerAsync(HttpContext context, PagePlan page, Facts facts, Dice dice)
    {
        var response = context.Response;
        response.ContentType = "text/plain";
        response.Headers.ETag = $"\"{facts}\"";
        if (page.Habits.HasFlag(PageHabits.Fails) && dice.Next(40) == 0)
        {
            if (dice.Next(3) == 0)
                throw new InvalidOperationException(FailureText);
            response.StatusCode = dice.Next(2) == 0 ? StatusCodes.Status429TooManyRequests : StatusCodes.Status503ServiceUnavailable;
        }
        else if (page.Habits.HasFlag(PageHabits.Misses) && dice.Next(100) == 0)
        {
            response.StatusCode = StatusCodes.Status404NotFound;
            content.End(page.FirstResource + facts.Resource, Stopwatch.GetTimestamp() + (3 * Stopwatch.Frequency)); // until its request or refresh has ended
        }
        else if (page.Habits.HasFlag(PageHabits.Redirects) && dice.Next(60) == 0)
        {
            response.StatusCode = StatusCodes.Status302Found;
            response.Headers.Location = "/elsewhere";
        }
        else if (page.Habits.HasFlag(PageHabits.AnswersConditions) && IsCurrent(context.Request.Headers.IfNoneMatch, facts))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }
        else if (page.Habits.HasFlag(PageHabits.AnswersRanges) && context.Request.Headers.Range.Count > 0)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
        }

        if (page.Habits.HasFlag(PageHabits.SetsCookies) && !context.Request.Headers.Cookie.ToString().Contains("seen", StringComparison.Ordinal))
            response.Headers.SetCookie = "seen=1";
        var aborts = page.Habits.HasFlag(PageHabits.Aborts) && dice.Next(50) == 0;
        await WriteAsync(context, facts, page.Habits.HasFlag(PageHabits.Chunked), aborts);
    }

    /// <summary>Whether the client has what is shown now, in another rendering perhaps.</summary>
    private static bool IsCurrent(string? condition, in Facts facts) =>
        condition is ['"', .. var tag, '"'] && Facts.TryParse(Encoding.ASCII.GetBytes(tag), out var old)
        && old with { Number = 0, By = 0, Start = 0, Nonce = 0, Took = 0, IsRefresh = 0 } == facts with { Number = 0, By = 0, Start = 0, Nonce = 0, Took = 0, IsRefresh = 0 };

    private static async Task WriteAsync(HttpContext context, Facts facts, bool isChunked, bool aborts)
    {
        if (!isChunked)
            context.Response.ContentLength = facts.Length;
        var body = context.Response.BodyWriter;
        var head = $"{facts}\n";
        var written = Encoding.ASCII.GetBytes(head, body.GetSpan(Facts.MaxLength));
        body.Advance(written);
        for (var length = facts.Length - written; length > 0;)
        {
            var piece = Math.Min(length, Piece);
            Filler.Write(facts.Number, facts.Length - written - length, body.GetSpan(piece)[..piece]);
            body.Advance(piece);
            length -= piece;
            if (aborts && length < facts.Length / 2)
            {
                PageOf(context)!.IsGivenUp = true;
                context.Abort();
                return;
            }

            await body.FlushAsync(context.RequestAborted);
        }
    }

    public static long NumberIn(string? text) => long.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
