using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RedisTagCache.Testing;

namespace Newsroom.Tests;

/// <summary>One instance of the newspaper, without a port. Instances with the same server and the same articles are a fleet.</summary>
public sealed partial class NewsroomApp(InMemoryRedis redis, Articles articles) : WebApplicationFactory<Program>
{
    private HttpClient? _client;

    private HttpClient Client => _client ??= CreateClient(new WebApplicationFactoryClientOptions { AllowAutoRedirect = false });

    /// <summary>Returns when a page was rendered. If two requests return the same, the second page came from the cache.</summary>
    public async Task<string> StampAsync(string path) => Stamp().Match(await PageAsync(path)).Groups["stamp"].Value;

    /// <summary>Returns a page.</summary>
    public Task<string> PageAsync(string path) => Client.GetStringAsync(new Uri(path, UriKind.Relative));

    /// <summary>Saves a headline in the editor, as a browser does.</summary>
    public async Task<HttpResponseMessage> SaveHeadlineAsync(int article, string headline)
    {
        var path = $"/editor/{article}";
        var form = await PageAsync(path);
        using var content = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["__RequestVerificationToken"] = Token().Match(form).Groups["token"].Value,
            ["Form.Title"] = headline,
            ["Form.Lede"] = "A lede for the test of this page.",
            ["Form.Body"] = "A body for the test of this page.",
            ["Form.SectionId"] = "1",
        });
        return await Client.PostAsync(new Uri(path, UriKind.Relative), content);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("ConnectionStrings:Redis", "not-used");
        builder.UseSetting("ConnectionStrings:Newsroom", articles.ConnectionString);
        builder.ConfigureLogging(logging => logging.ClearProviders());
        builder.ConfigureTestServices(services => services.UseInMemoryRedis(redis));
    }

    protected override void Dispose(bool disposing)
    {
        _client?.Dispose();
        base.Dispose(disposing);
    }

    [GeneratedRegex("datetime=\"(?<stamp>[^\"]+)\" data-rendered")]
    private static partial Regex Stamp();

    [GeneratedRegex("name=\"__RequestVerificationToken\"[^>]*value=\"(?<token>[^\"]+)\"")]
    private static partial Regex Token();
}
