using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using RedisTagCache.AspNetCore.Tests.Pages;
using RedisTagCache.TestSupport;

namespace RedisTagCache.AspNetCore.Tests.Eviction;

/// <summary>An endpoint may start its response, and change the data after that.</summary>
public sealed class StartedEvictionTests(RedisFixture redis) : PageSuite(redis)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("/change")]
    [InlineData("/started/change")]
    public async Task Post_ChangesAfterItsResponseHasStarted_EvictsAtItsEndToo(string post)
    {
        var work = new LateChange();
        await using var app = await StartAsync(work);
        var old = await app.GetStoredAsync("/value");
        using var request = new HttpRequestMessage(HttpMethod.Post, post);
        using var response = await app.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(_patience);
        var between = await app.GetStoredAsync("/value");
        Assert.NotEqual(old, between); // it was evicted when the response started
        work.GoOn();
        Assert.Equal("startedchanged", await response.Content.ReadAsStringAsync().WaitAsync(_patience));
        Assert.StartsWith("1 ", await app.GetAsync("/value"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_FailsAfterItsResponseHasStarted_EvictsNothingMore()
    {
        var work = new LateChange();
        await using var app = await StartAsync(work);
        await app.GetStoredAsync("/value");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/fail");
        using var response = await app.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(_patience);
        var between = await app.GetStoredAsync("/value");
        work.GoOn();
        await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsStringAsync().WaitAsync(_patience));
        Assert.Equal(between, await app.GetAsync("/value"));
    }

    private Task<PageApp> StartAsync(LateChange work) => PageApp.StartAsync(
        Redis.ConnectionString,
        app =>
        {
            app.MapGet("/value", () => $"{work.Value} {Render("value")}").CacheOutput(static policy => policy.Expire(Lifetime).Tag("value"));
            app.MapPost("/change", (HttpContext context) => work.RunAsync(context)).EvictOutputCache("value");
            app.MapPost("/fail", async (HttpContext context) =>
            {
                await work.RunAsync(context);
                throw new InvalidOperationException("thrown");
            }).EvictOutputCache("value");
            app.MapControllers();
        },
        options => options.KeyPrefix = KeyPrefix,
        services => services.AddSingleton(work).AddControllers().AddApplicationPart(typeof(StartedEvictionTests).Assembly));
}

/// <summary>Starts a response, and changes a value when it is told to.</summary>
public sealed class LateChange
{
    private readonly TaskCompletionSource _goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int Value { get; private set; }

    public void GoOn() => _goOn.TrySetResult();

    public async Task RunAsync(HttpContext context)
    {
        await context.Response.WriteAsync("started");
        await context.Response.Body.FlushAsync();
        await _goOn.Task;
        Value++;
        await context.Response.WriteAsync("changed");
    }
}

[Route("started")]
public sealed class StartedController(LateChange work) : ControllerBase
{
    [HttpPost("change")]
    [EvictOutputCache(Tags = ["value"])]
    public async Task<EmptyResult> ChangeAsync()
    {
        await work.RunAsync(HttpContext);
        return new EmptyResult();
    }
}
